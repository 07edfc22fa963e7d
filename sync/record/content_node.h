#pragma once

#include <fmt/format.h>

#include <functional>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sync/record/pack.h"

// A place in a content file: reads members, and notes what is wrong with file and place. Private to this folder.
namespace station::record {

class ContentNode {
 public:
  ContentNode(const nlohmann::json& value, std::string file, std::string place, std::vector<PackProblem>& problems)
      : value_(&value), file_(std::move(file)), place_(std::move(place)), problems_(&problems) {}

  // Parses a whole file; a value of another kind than an object is a problem, and then the node is empty.
  static ContentNode parse(const std::string& text, const std::string& file, nlohmann::json& storage,
                           std::vector<PackProblem>& problems);

  void complain(std::string reason) const { problems_->push_back({file_, place_, std::move(reason)}); }
  void complain(const char* key, std::string reason) const {
    problems_->push_back({file_, at(key), std::move(reason)});
  }

  bool is_object() const { return value_->is_object(); }
  bool has(const char* key) const { return value_->is_object() && value_->contains(key); }

  // Each notes a missing or wrong member and then gives the lowest value.
  std::string text(const char* key, std::size_t longest = 200) const;
  std::string optional_text(const char* key, std::size_t longest = 200) const;
  int integer(const char* key, int low, int high) const;
  // {"zh":…,"en":…}; `languages` says whether the English may be missing.
  LocalText local(const char* key, bool english, std::size_t longest) const;
  std::vector<std::string> texts(const char* key, std::size_t most = 200) const;
  // Calls back for each element, which is an object, of a list.
  void each(const char* key, std::size_t most, const std::function<void(const ContentNode&)>& use) const;
  // Calls back for each member of this object.
  void each_member(const std::function<void(const std::string&, const ContentNode&)>& use) const;
  ContentNode child(const std::string& key) const { return {(*value_)[key], file_, at(key.c_str()), *problems_}; }
  const nlohmann::json& value() const { return *value_; }

  // Notes members that are none of these.
  void only(std::initializer_list<std::string_view> known) const;

 private:
  std::string at(const char* key) const { return place_.empty() ? key : place_ + "." + key; }

  const nlohmann::json* value_;
  std::string file_, place_;
  std::vector<PackProblem>* problems_;
};

// "L01", "Q04", "l01-stop-line": letters, digits, dash, underscore, dot; 1 to 64 of them, the first a letter or digit.
bool is_content_id(std::string_view text);
// "CN", or two to six digits.
bool is_region(std::string_view text);
// "2026-05-01"
bool is_day(std::string_view text);
// law_text, secondary_source, common_sense
bool is_check_status(std::string_view text);

}  // namespace station::record
