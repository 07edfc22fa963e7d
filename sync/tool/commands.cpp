#include "sync/tool/commands.h"

namespace station::tool {

CommandList all_commands() {
  CommandList list;
  add_pull_commands(list);
  add_verify_commands(list);
  add_witness_commands(list);
  add_list_commands(list);
  add_import_commands(list);
  add_decide_commands(list);
  add_rights_commands(list);
  add_enrol_commands(list);
  add_receive_commands(list);
  add_content_commands(list);
  add_gift_commands(list);
  add_fsrs_commands(list);
  add_item_commands(list);
  add_study_commands(list);
  add_learner_commands(list);
  add_xapi_commands(list);
  add_decode_commands(list);
  add_watch_commands(list);
  add_power_commands(list);
  add_box_commands(list);
  return list;
}

int run_tool(const std::vector<std::string>& line, Io& io) {
  return run_line(line, all_commands(), io);
}

}  // namespace station::tool
