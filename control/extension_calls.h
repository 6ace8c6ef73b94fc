#pragma once
// What hooks call the head for while they work: programs on nodes, as far as the grant goes, and
// values of their own in the head's store.

#include <functional>
#include <string>

#include <nlohmann/json.hpp>

#include "control/decisions.h"
#include "extensions/store.h"
#include "operations/operations.h"
#include "provisioning/registry.h"

namespace muster::control {

/// Threads: every function may be called from several threads.
class ExtensionCalls {
 public:
  struct Sources {
    Decisions& decisions;
    operations::Operations& operations;
    provisioning::Registry& registry;
    std::function<Now()> now;
    /// Whether this is what is installed: nothing is written for one that was removed.
    std::function<bool(const extensions::Grant& grant)> is_there;
  };
  explicit ExtensionCalls(Sources sources) : sources_(std::move(sources)) {}

  /// By the name of the call:
  ///   run_on_nodes  {"nodes": "n[001-003]", "command": ["/usr/bin/uptime"], "timeout_s": 60}
  ///                 → {"results": [{"node", "succeeded", "status", "out", "err", "note"}, …]}
  ///   get_value     {"key"} → {"value"}, or {} where there is none
  ///   list_values   {} → {"keys": […]}
  ///   put_values    {"values": {KEY: VALUE, …}, "removed": [KEY, …]} → {}; all of it or nothing
  /// Waits until a program has ended on every node, or it `is_unwanted`. Errors: for the hook.
  Result<nlohmann::json> call(const extensions::Grant& grant, const std::string& call,
                              const nlohmann::json& arguments,
                              const std::function<bool()>& is_unwanted);

 private:
  Result<nlohmann::json> run_on_nodes(const extensions::Grant& grant,
                                      const nlohmann::json& arguments,
                                      const std::function<bool()>& is_unwanted);
  Result<operations::Operation> wait_for_end(const std::string& operation,
                                             const std::function<bool()>& is_unwanted);
  Status check_there(const extensions::Grant& grant) const;
  nlohmann::json results_of(const operations::Operation& operation) const;
  Result<nlohmann::json> get_value(const extensions::Grant& grant, const nlohmann::json& arguments);
  Result<nlohmann::json> put_values(const extensions::Grant& grant,
                                    const nlohmann::json& arguments);

  Sources sources_;
};

}  // namespace muster::control
