#include "extensions/python/python_hooks.h"

#include <exception>
#include <format>
#include <pybind11/embed.h>
#include <pybind11/stl.h>
#include <string>
#include <tuple>

#include "core/base/text.h"
#include "core/os/kill_timer.h"

namespace muster::python {
namespace {

namespace py = pybind11;
using extensions::HookAnswer;
using extensions::Installed;
using extensions::Question;
using namespace std::chrono_literals;

/// What a hook has for its end after it was told that its time is over.
constexpr auto kGrace = 2s;

/// Output, why there is none, and what the hook said besides: `answer` of _host.py.
using Told = std::tuple<std::string, std::string, std::string>;

Told call(const Installed& extension, const Question& question) {
  const std::chrono::duration<double> time = question.timeout;
  return py::module_::import("muster._host")
      .attr("answer")(extension.content.string(), std::string(to_string(question.hook)),
                      extensions::render_input(question), time.count())
      .cast<Told>();
}

}  // namespace

/// Nothing of the caller's environment counts, and answers are the same in every process: Python
/// would order sets by a number of its own.
void PythonHooks::start() {
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.write_bytecode = 0;
  config.use_hash_seed = 1;
  config.hash_seed = 0;
  py::initialize_interpreter(&config, 0, nullptr, false);
  py::module_::import("sys").attr("path").attr("append")(packages_.string());
  is_started_ = true;
}

HookAnswer PythonHooks::run(const Installed& extension, const Question& question) {
  HookAnswer answer{.id = question.id};
  const auto last_resort = os::KillTimer::start(question.timeout + kGrace);
  if (!last_resort) {
    answer.error = last_resort.error().message;
    return answer;
  }
  try {
    if (!is_started_) start();
    auto [output, error, said] = call(extension, question);
    answer.said = std::move(said);
    answer.error = std::move(error);
    if (!answer.error.empty()) return answer;
    return with_output(std::move(answer), output, "returned");
  } catch (const std::exception& error) {
    // Python itself does not work here; what hooks raise is an answer.
    answer.error = std::format("cannot be called: {}", printable(error.what(), 2000));
    return answer;
  }
}

}  // namespace muster::python
