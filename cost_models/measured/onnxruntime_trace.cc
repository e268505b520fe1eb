// SPDX-License-Identifier: Apache-2.0
//
// A trace is an array of Chrome's trace events. A node's event is written when
// the node ends, so that what ran inside of it stands before it; the event of a
// run stands after those of its nodes.
#include "cost_models/measured/onnxruntime_trace.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <system_error>

#include "compiler/base/error.h"
#include "compiler/base/interrupt.h"

namespace dnncut {
namespace {

constexpr int64_t kMaxTraceBytes = int64_t{1} << 30;
constexpr int64_t kMaxUs = 1'000'000'000'000;  // as much as a profile may hold
constexpr int64_t kMaxStartUs = int64_t{1} << 60;
constexpr int kMaxDepth = 64;
constexpr std::string_view kNodeSuffix = "_kernel_time";

// The event that is being read; unknown keys are left out.
struct Event {
  std::string category;
  std::string name;
  std::string op;
  std::optional<int64_t> start_us;
  std::optional<int64_t> us;
  int64_t thread = 0;
};

struct NodeEvent {
  size_t node = 0;  // index into RuntimeTrace::nodes
  int64_t start_us = 0;
  int64_t us = 0;
  int64_t thread = 0;
};

// Operators that run others in their bodies.
bool HasBody(std::string_view op) {
  static const std::set<std::string_view> kOperators = {"If", "Loop", "Scan"};
  return kOperators.contains(op);
}

class TraceBuilder {
 public:
  explicit TraceBuilder(const std::string& path) : path_(path) {}

  void Add(const Event& event) {
    ThrowIfInterrupted();
    ++events_;
    if (event.category == "Session" && event.name == "model_run") {
      trace_.run_us.push_back(TimeOf(event.us, event, "dur", kMaxUs));
      EndRun();
    } else if (event.category == "Node" && event.name.ends_with(kNodeSuffix)) {
      AddNode(event);
    }
  }

  RuntimeTrace Take(bool needs_nodes) {
    // Without an event for the runs, a node's k-th event belongs to run k. With
    // them, what stands behind the last is a run that did not end.
    if (trace_.run_us.empty()) EndRuns();
    std::erase_if(trace_.nodes,
                  [](const TraceNode& node) { return node.us.empty(); });
    if (trace_.nodes.empty() && (needs_nodes || trace_.run_us.empty())) {
      Fail(ExitCode::kBadInput, "E430",
           "{}: is no trace of runs: among its {} events none says how long a "
           "node took; give the file that ONNX Runtime's profiler wrote",
           path_, events_);
    }
    return std::move(trace_);
  }

 private:
  int64_t TimeOf(const std::optional<int64_t>& us, const Event& event,
                 std::string_view key, int64_t max) const {
    if (!us) {
      Fail(ExitCode::kBadInput, "E431",
           "{}: event '{}' has no \"{}\"; it is no trace that ONNX Runtime "
           "wrote",
           path_, event.name, key);
    }
    if (*us < 0 || *us > max) {
      Fail(ExitCode::kBadInput, "E431",
           "{}: event '{}' has the \"{}\" {}, but times are 0 to {} "
           "microseconds; measure again",
           path_, event.name, key, *us, max);
    }
    return *us;
  }

  void AddNode(const Event& event) {
    NodeEvent node;
    node.start_us = TimeOf(event.start_us, event, "ts", kMaxStartUs);
    node.us = TimeOf(event.us, event, "dur", kMaxUs);
    node.thread = event.thread;
    // What ran inside is counted with it. Times are whole microseconds: a short
    // node right before this one may seem to start with it.
    const bool has_body = HasBody(event.op);
    while (!run_.empty() && run_.back().thread == node.thread &&
           (run_.back().start_us > node.start_us ||
            (has_body && run_.back().start_us == node.start_us))) {
      run_.pop_back();
    }
    const std::string name =
        event.name.substr(0, event.name.size() - kNodeSuffix.size());
    const auto [it, is_new] = index_.emplace(name, trace_.nodes.size());
    if (is_new) trace_.nodes.push_back({name, event.op, {}});
    node.node = it->second;
    run_.push_back(node);
  }

  void EndRun() {
    std::set<size_t> seen;
    for (const NodeEvent& event : run_) {
      std::vector<int64_t>& us = trace_.nodes[event.node].us;
      if (seen.insert(event.node).second) {
        us.push_back(event.us);
      } else {
        us.back() = std::min(kMaxUs, us.back() + event.us);
      }
    }
    run_.clear();
  }

  void EndRuns() {
    for (const NodeEvent& event : run_) {
      trace_.nodes[event.node].us.push_back(event.us);
    }
    run_.clear();
  }

  const std::string& path_;
  RuntimeTrace trace_;
  std::map<std::string, size_t> index_;  // of nodes, by name
  std::vector<NodeEvent> run_;           // of the run that has not ended
  int64_t events_ = 0;
};

// nullopt for what is no whole number.
std::optional<int64_t> NumberIn(std::string_view text) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

// Hands over event by event; a trace can be much larger than what matters of
// it.
class TraceParser {
 public:
  using Json = nlohmann::json;

  TraceParser(const std::string& path, TraceBuilder* builder)
      : path_(path), builder_(builder) {}

  bool null() { return Scalar(); }
  bool boolean(bool) { return Scalar(); }
  bool number_integer(Json::number_integer_t value) { return Number(value); }
  bool number_unsigned(Json::number_unsigned_t value) {
    return Number(static_cast<int64_t>(
        std::min<uint64_t>(value, static_cast<uint64_t>(INT64_MAX))));
  }
  bool number_float(double value, const std::string&) {
    // Beyond either end of what is allowed it does not matter how far.
    const double limit = static_cast<double>(kMaxStartUs) * 2;
    return Number(std::llround(std::clamp(value, -limit, limit)));
  }
  bool string(std::string& value) {
    if (depth_ < 2) FailShape();
    if (depth_ == 2) {
      if (key_ == "cat") event_.category = value;
      if (key_ == "name") event_.name = value;
      if (key_ == "ts") event_.start_us = NumberIn(value);
      if (key_ == "dur") event_.us = NumberIn(value);
    } else if (depth_ == 3 && in_arguments_ && key_ == "op_name") {
      event_.op = value;
    }
    return true;
  }
  bool binary(Json::binary_t&) { return Scalar(); }

  bool start_object(size_t) {
    if (depth_ == 0) FailShape();
    if (depth_ == 1) event_ = Event();
    if (depth_ == 2) in_arguments_ = key_ == "args";
    return Open();
  }
  bool end_object() {
    --depth_;
    if (depth_ == 1) builder_->Add(event_);
    return true;
  }
  bool start_array(size_t) {
    if (depth_ == 1) FailShape();
    if (depth_ == 2) in_arguments_ = false;
    return Open();
  }
  bool end_array() {
    --depth_;
    return true;
  }
  bool key(std::string& key) {
    if (depth_ == 2 || depth_ == 3) key_ = key;
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::json::exception&) {
    Fail(ExitCode::kBadInput, "E430",
         "{}: is no trace: it is not JSON at byte {}; a profiler that did not "
         "end its session leaves such files",
         path_, position);
  }

 private:
  [[noreturn]] void FailShape() const {
    Fail(ExitCode::kBadInput, "E430",
         "{}: is no trace: it must be a JSON array of events, each an object; "
         "give the file that ONNX Runtime's profiler wrote",
         path_);
  }

  bool Scalar() {
    if (depth_ < 2) FailShape();
    return true;
  }

  bool Number(int64_t value) {
    Scalar();
    if (depth_ != 2) return true;
    if (key_ == "ts") event_.start_us = value;
    if (key_ == "dur") event_.us = value;
    if (key_ == "tid") event_.thread = value;
    return true;
  }

  bool Open() {
    if (++depth_ > kMaxDepth) FailShape();
    return true;
  }

  const std::string& path_;
  TraceBuilder* builder_;
  Event event_;
  std::string key_;
  bool in_arguments_ = false;
  int depth_ = 0;  // 1: in the array, 2: in an event
};

void CheckFile(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    Fail(ExitCode::kIo, "E400", "cannot read {}: {}", path,
         error ? error.message() : "there is no such file");
  }
  if (!std::filesystem::is_regular_file(status)) {
    Fail(ExitCode::kIo, "E400", "cannot read {}: it is not a regular file",
         path);
  }
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size == 0) {
    Fail(ExitCode::kBadInput, "E430",
         "{}: is empty; ONNX Runtime leaves such a file behind when it cannot "
         "load the model",
         path);
  }
  if (!error && size > static_cast<uintmax_t>(kMaxTraceBytes)) {
    Fail(ExitCode::kBadInput, "E432",
         "{}: is {} bytes, more than the {} that dnncut reads; measure fewer "
         "runs",
         path, size, kMaxTraceBytes);
  }
}

}  // namespace

RuntimeTrace ReadTrace(const std::string& path, bool needs_nodes) {
  CheckFile(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) Fail(ExitCode::kIo, "E400", "cannot read {}", path);
  TraceBuilder builder(path);
  TraceParser parser(path, &builder);
  nlohmann::json::sax_parse(file, &parser);
  return builder.Take(needs_nodes);
}

}  // namespace dnncut
