#pragma once
// The command line's way to the head's daemon: its API socket, JSON in and out.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "apps/muster/table.h"
#include "core/base/result.h"

namespace muster::cli {

/// Errors: no daemon here (with what to do), not allowed, or what the daemon answered.
Result<nlohmann::json> call_head(const std::string& method, const std::string& path,
                                 const nlohmann::json& body = nullptr,
                                 std::chrono::milliseconds timeout = std::chrono::minutes(5));

/// As call_head, for a page that answers when there is news. Errors: also `is_unwanted` became
/// true.
Result<nlohmann::json> wait_for_head(const std::string& path,
                                     const std::function<bool()>& is_unwanted);

/// As call_head, and the answer as the daemon wrote it.
/// Where an os::OrderlyEnd lives, a second signal ends the wait.
Result<std::string> fetch_from_head(const std::string& method, const std::string& path,
                                    const nlohmann::json& body = nullptr,
                                    std::chrono::milliseconds timeout = std::chrono::minutes(5));

/// Whether this machine is a head with its daemon running.
bool head_is_here();

/// As on_run; where no head runs `body` is not called, and the status is kMissing.
void on_run_at_head(CLI::App& verb, Session& session, std::function<int()> body);

/// Text made safe for a URL's path or query (RFC 3986 §2.1).
std::string url_encode(const std::string& text);

/// More than any node set of a cluster takes as text.
inline constexpr std::size_t kLongText = 16U << 20U;

/// A part of a JSON object as text that may be shown, at most `limit` bytes of it; empty when it is
/// not there.
std::string text_of(const nlohmann::json& value, const char* member, std::size_t limit = 4000);

}  // namespace muster::cli
