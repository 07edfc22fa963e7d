#pragma once

#include <memory>
#include <vector>

#include "sync/tool/cli.h"

namespace station::tool {

using CommandList = std::vector<std::unique_ptr<Command>>;

// Each adds the commands of its file.
void add_pull_commands(CommandList& list);     // pull
void add_verify_commands(CommandList& list);   // verify, export
void add_witness_commands(CommandList& list);  // witness
void add_list_commands(CommandList& list);     // heads, stations, faults, quarantine, courses …
void add_import_commands(CommandList& list);   // import-violations, import-riders
void add_decide_commands(CommandList& list);   // withdraw, review, tokens, stations, riders
void add_rights_commands(CommandList& list);   // export-rider, erase-rider, approve, reject
void add_enrol_commands(CommandList& list);    // enrol-token, enrol
void add_receive_commands(CommandList& list);  // receive
void add_content_commands(CommandList& list);  // content check, pack, key, sign, publish
void add_gift_commands(CommandList& list);     // gift-import, gift-export
void add_fsrs_commands(CommandList& list);     // fsrs
void add_item_commands(CommandList& list);     // item-analysis
void add_study_commands(CommandList& list);    // hazard-score, time-on-task, paper-draw
void add_learner_commands(CommandList& list);  // paper, history, xapi-export, item-report
void add_xapi_commands(CommandList& list);     // xapi-validate, cmi5-check

void add_decode_commands(CommandList& list);   // devices decode
void add_watch_commands(CommandList& list);    // devices list, watch, read
void add_power_commands(CommandList& list);    // devices port
void add_box_commands(CommandList& list);      // devices box, test, commission

CommandList all_commands();

// station-tool, without its process: `line` does not hold the program's name.
int run_tool(const std::vector<std::string>& line, Io& io);

}  // namespace station::tool
