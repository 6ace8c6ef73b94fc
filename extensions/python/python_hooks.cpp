#include "extensions/python/python_hooks.h"

#include <exception>
#include <format>
#include <memory>
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
using extensions::OnCall;
using extensions::Question;
using namespace std::chrono_literals;

/// What a hook has for its end after it was told that its time is over.
constexpr auto kGrace = 2s;

/// Output, why there is none, and what the hook said besides: `answer` of _host.py.
using Told = std::tuple<std::string, std::string, std::string>;

/// What the head returned as JSON, and why it returned nothing.
using Returned = std::tuple<std::string, std::string>;

/// `on_call`: null once the hook has answered, as an extension may keep the function.
py::cpp_function caller(const std::shared_ptr<const OnCall*>& on_call) {
  return {[on_call](const std::string& name, const std::string& arguments) -> Returned {
    if (*on_call == nullptr) return {"", "the hook that asks has ended"};
    const auto parsed = nlohmann::json::parse(arguments, nullptr, false);
    if (!parsed.is_object()) return {"", "its arguments are no JSON"};
    const auto done = (**on_call)(name, parsed);
    if (!done) return {"", done.error().text()};
    return {done->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), ""};
  }};
}

/// Takes the way to the head from who keeps it, also when Python raises.
class Ending {
 public:
  explicit Ending(std::shared_ptr<const OnCall*> open) : open_(std::move(open)) {}
  Ending(const Ending&) = delete;
  Ending& operator=(const Ending&) = delete;
  ~Ending() { *open_ = nullptr; }

 private:
  std::shared_ptr<const OnCall*> open_;
};

Told answer_of(const Installed& extension, const Question& question, const OnCall& on_call) {
  const std::chrono::duration<double> time = question.timeout;
  const auto open = std::make_shared<const OnCall*>(&on_call);
  const Ending ending(open);
  return py::module_::import("muster._host")
      .attr("answer")(extension.content.string(), std::string(to_string(question.hook)),
                      extensions::render_input(question), time.count(), caller(open))
      .cast<Told>();
}

}  // namespace

/// Nothing of the caller's environment counts, and answers are the same in every process: Python
/// would order sets by a number of its own.
void PythonHooks::start() {
  PyPreConfig early;
  PyPreConfig_InitIsolatedConfig(&early);
  // Files are read as everywhere, and not in the C locale's ASCII.
  early.utf8_mode = 1;
  Py_PreInitialize(&early);
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

HookAnswer PythonHooks::run(const Installed& extension, const Question& question,
                            const OnCall& call) {
  HookAnswer answer{.id = question.id};
  const auto last_resort = os::KillTimer::start(question.timeout + kGrace);
  if (!last_resort) {
    answer.error = last_resort.error().message;
    return answer;
  }
  try {
    if (!is_started_) start();
    auto [output, error, said] = answer_of(extension, question, call);
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
