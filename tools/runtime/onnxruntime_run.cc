// SPDX-License-Identifier: Apache-2.0
//
// A model is run in a child process with a time limit, so that a crash or an
// endless loop inside ONNX Runtime ends as an error. A session is opened once
// and run as often as is asked; only Run() itself is timed, between two
// readings of a clock that never goes back. What the runs made comes back
// through the pipe as packed values.
#include "tools/runtime/onnxruntime_run.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include "compiler/base/child_process.h"
#include "compiler/base/error.h"
#include "tools/runtime/onnxruntime_api.h"
#include "tools/runtime/onnxruntime_empty_values.h"
#include "tools/runtime/onnxruntime_values.h"

namespace dnncut {
namespace {

using Clock = std::chrono::steady_clock;

// Owns the name that a session gives away.
std::string TakeName(const OrtApi& api, OrtAllocator* allocator, char* name) {
  std::string copy = name;
  CheckStatus(api, api.AllocatorFree(allocator, name));
  return copy;
}

struct Names {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

Names NamesOf(const OrtApi& api, const OrtSession* session) {
  OrtAllocator* allocator = nullptr;
  CheckStatus(api, api.GetAllocatorWithDefaultOptions(&allocator));
  Names names;
  size_t count = 0;
  char* name = nullptr;
  CheckStatus(api, api.SessionGetInputCount(session, &count));
  for (size_t i = 0; i < count; ++i) {
    CheckStatus(api, api.SessionGetInputName(session, i, allocator, &name));
    names.inputs.push_back(TakeName(api, allocator, name));
  }
  CheckStatus(api, api.SessionGetOutputCount(session, &count));
  for (size_t i = 0; i < count; ++i) {
    CheckStatus(api, api.SessionGetOutputName(session, i, allocator, &name));
    names.outputs.push_back(TakeName(api, allocator, name));
  }
  return names;
}

GraphOptimizationLevel LevelOf(OptimizationLevel level) {
  switch (level) {
    case OptimizationLevel::kDisabled:
      return ORT_DISABLE_ALL;
    case OptimizationLevel::kBasic:
      return ORT_ENABLE_BASIC;
    case OptimizationLevel::kExtended:
      return ORT_ENABLE_EXTENDED;
    case OptimizationLevel::kAll:
      return ORT_ENABLE_ALL;
  }
  throw std::logic_error("an optimisation level that ONNX Runtime lacks");
}

OrtSessionChoices ChoicesOf(const RunOptions& options) {
  OrtSessionChoices choices;
  choices.level = LevelOf(options.optimization);
  choices.threads = options.threads;
  choices.provider = options.provider;
  choices.for_speed = true;
  if (!options.trace_folder.empty()) {
    choices.trace_prefix = options.trace_folder + "/trace";
  }
  choices.optimized_model = options.optimized_model;
  return choices;
}

std::vector<const char*> Pointers(const std::vector<std::string>& names) {
  std::vector<const char*> pointers;
  for (const std::string& name : names) pointers.push_back(name.c_str());
  return pointers;
}

bool IsEmpty(const Value& value) {
  return value.kind == Value::Kind::kNothing ||
         (value.kind == Value::Kind::kSequence && value.elements.empty());
}

// A model with its inputs, ready to run.
class Runner {
 public:
  // All are referred to.
  Runner(const OnnxRuntimeApi& runtime, const OrtModelSession& opened,
         const std::vector<Value>& given)
      : api_(*runtime.api),
        session_(opened.session.get()),
        names_(NamesOf(api_, session_)) {
    // What came with release 1.15 is needed to ask what an optional may hold.
    constexpr int kOptionalTypesApi = 15;
    for (size_t i = 0; i < names_.inputs.size(); ++i) {
      const std::string& name = names_.inputs[i];
      const Value* value = FindValue(given, name);
      if (value == nullptr) {
        Fail(ExitCode::kBadInput, "E706",
             "ONNX Runtime: no value is given for input '{}'", name);
      }
      if (!IsEmpty(*value) || runtime.api_version < kOptionalTypesApi) {
        inputs_.push_back(ToOrtValue(api_, *value));
        continue;
      }
      OrtTypeInfo* type = nullptr;
      CheckStatus(api_, api_.SessionGetInputTypeInfo(session_, i, &type));
      const OrtOwned<OrtTypeInfo> owner{type, api_.ReleaseTypeInfo};
      inputs_.push_back(MakeEmptyValue(api_, *opened.env, *type, name));
    }
  }

  // Returns how long it took, in nanoseconds.
  int64_t Run() {
    outputs_.clear();
    const std::vector<const char*> input_names = Pointers(names_.inputs);
    const std::vector<const char*> output_names = Pointers(names_.outputs);
    std::vector<const OrtValue*> inputs;
    for (const auto& value : inputs_) inputs.push_back(value.get());
    std::vector<OrtValue*> outputs(names_.outputs.size(), nullptr);
    const Clock::time_point start = Clock::now();
    OrtStatus* status = api_.Run(
        session_, nullptr, input_names.data(), inputs.data(), inputs.size(),
        output_names.data(), outputs.size(), outputs.data());
    const Clock::time_point end = Clock::now();
    for (OrtValue* value : outputs) {
      outputs_.emplace_back(value, api_.ReleaseValue);
    }
    CheckStatus(api_, status);
    return std::chrono::nanoseconds(end - start).count();
  }

  // Of the last run.
  std::vector<Value> Outputs() const {
    std::vector<Value> values;
    for (size_t i = 0; i < outputs_.size(); ++i) {
      values.push_back(FromOrtValue(api_, names_.outputs[i], *outputs_[i]));
    }
    return values;
  }

 private:
  const OrtApi& api_;
  OrtSession* session_;
  Names names_;
  std::vector<OrtOwned<OrtValue>> inputs_;
  std::vector<OrtOwned<OrtValue>> outputs_;
};

std::string EndProfiling(const OrtApi& api, OrtSession* session) {
  OrtAllocator* allocator = nullptr;
  CheckStatus(api, api.GetAllocatorWithDefaultOptions(&allocator));
  char* path = nullptr;
  CheckStatus(api, api.SessionEndProfiling(session, allocator, &path));
  return TakeName(api, allocator, path);
}

// How a result travels from the child process: as values, the last two of
// which hold the times and the path of the trace.
std::string Pack(const RunResult& result) {
  std::vector<Value> values = result.outputs;
  Value times;
  times.shape = result.run_ns;
  values.push_back(times);
  Value trace;
  trace.data = result.trace;
  values.push_back(trace);
  return PackValues(values);
}

RunResult Unpack(const std::string& bytes) {
  RunResult result;
  result.outputs = UnpackValues(bytes);
  result.trace = std::move(result.outputs.back().data);
  result.outputs.pop_back();
  result.run_ns = std::move(result.outputs.back().shape);
  result.outputs.pop_back();
  return result;
}

RunResult Run(const OnnxRuntime& library, const std::string& model_path,
              const std::string& shown_path, const std::vector<Value>& given,
              const RunOptions& options, const RunProgress& progress) {
  const OnnxRuntimeApi runtime = LoadOnnxRuntime(library.path);
  const OrtModelSession opened =
      OpenSession(runtime, model_path, shown_path, ChoicesOf(options));
  OrtSession* session = opened.session.get();
  Runner runner(runtime, opened, given);
  RunResult result;
  const int64_t all = int64_t{options.warm_up} + options.runs;
  for (int64_t run = 0; run < all; ++run) {
    const int64_t ns = runner.Run();
    if (run >= options.warm_up) result.run_ns.push_back(ns);
    progress(run + 1, all);
  }
  if (!options.trace_folder.empty()) {
    result.trace = EndProfiling(*runtime.api, session);
  }
  if (options.want_outputs) result.outputs = runner.Outputs();
  return result;
}

// `error` with the advice at the end of its message.
Error WithAdvice(const Error& error, const RunOptions& options) {
  const std::string message = error.what();
  return Error(
      error.exit_code(), error.id(),
      options.advice.empty() ? message : message + "; " + options.advice);
}

// A model with many weights may use all memory that there is.
int64_t PhysicalMemoryBytes() {
  return int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
}

}  // namespace

RunResult RunModel(const std::string& model_path,
                   const std::vector<Value>& inputs, const RunOptions& options,
                   const OnnxRuntime& runtime, const RunProgress& progress) {
  ChildLimits limits;
  limits.memory_bytes = std::max(limits.memory_bytes, PhysicalMemoryBytes());
  limits.seconds = options.timeout_seconds;
  const std::string& shown_path =
      options.shown_path.empty() ? model_path : options.shown_path;
  const auto work = [&](const ReportProgress& report) {
    try {
      return Pack(
          Run(runtime, model_path, shown_path, inputs, options, report));
    } catch (const OnnxRuntimeFailed& error) {
      throw WithAdvice(error, options);
    }
  };
  try {
    return Unpack(RunInChild(
        work, limits, shown_path + ": running it with ONNX Runtime", progress));
  } catch (const ChildTookTooLong&) {
    Fail(ExitCode::kBadInput, "E707",
         "{}: running it with ONNX Runtime took longer than {} s; raise "
         "--timeout, or run it less often",
         shown_path, limits.seconds);
  } catch (const ChildDied& error) {
    if (!error.lacked_memory()) throw WithAdvice(error, options);
    Fail(ExitCode::kIo, "E143",
         "{}: running it with ONNX Runtime seems to need more memory than the "
         "process gets ({}); free some, or allow more (ulimit -v, ulimit -d)",
         shown_path, error.what());
  }
}

}  // namespace dnncut
