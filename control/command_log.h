#pragma once
// Who asked the head to change something, when, and what it answered: `muster log`. It is on the
// disk before the answer is sent, in the store's events of one subject, so a backup has it.

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/os/http_message.h"
#include "core/state/store.h"

namespace muster::control {

/// The login of who asks, as the kernel knows it, or the number where nobody has it; empty: not
/// known. Root may say for whom it asks.
std::string who_asks(const os::ServerRequest& request);

/// Writes down a request and its answer. `action`: "user add". Who asks is the kernel's word; root
/// may say for whom it asks (sudo(8)). Errors: the disk.
Status note_request(state::Store& store, std::string_view action, const os::ServerRequest& request,
                    const os::ServerResponse& response, std::int64_t now_ms);

/// Whether an event of the store is a request of the log.
bool is_of_log(const state::Event& event);

/// Who asked for what, and whether that was refused, in one line for people.
std::string told_request(const state::Event& event);

/// The last thousand, the oldest first: `time_ms`, `who`, `uid`, `role`, `action`, `request`,
/// `status` and `error`. Errors: the store cannot be read.
Result<nlohmann::json> read_log(state::Store& store);

}  // namespace muster::control
