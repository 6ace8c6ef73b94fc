#pragma once
// The command line's way to the head's daemon: its API socket, JSON in and out.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/muster/commands.h"
#include "core/base/node_set.h"
#include "core/base/result.h"

namespace muster::cli {

/// Errors: no daemon here (with what to do), not allowed, or what the daemon answered.
Result<nlohmann::json> call_head(const std::string& method, const std::string& path,
                                 const nlohmann::json& body = nullptr,
                                 std::chrono::milliseconds timeout = std::chrono::minutes(5));

/// As call_head, and the answer as the daemon wrote it.
Result<std::string> fetch_from_head(const std::string& method, const std::string& path,
                                    const nlohmann::json& body = nullptr,
                                    std::chrono::milliseconds timeout = std::chrono::minutes(5));

/// Whether this machine is a head with its daemon running.
bool head_is_here();

/// As on_run; where no head runs `body` is not called, and the status is kMissing.
void on_run_at_head(CLI::App& verb, Session& session, std::function<int()> body);

/// A node set with groups (`@rack1`, `@ready`, `@*`), which the head is asked for when there are
/// some. Errors: as parse_node_set, and as call_head.
Result<NodeSet> parse_nodes(const std::string& text);

/// Text made safe for a URL's path or query (RFC 3986 §2.1).
std::string url_encode(const std::string& text);

/// Rows as columns of equal width; the first row is the head line.
std::string render_table(const std::vector<std::vector<std::string>>& rows);

/// "14:03:07" of a time in milliseconds since 1970, local time.
std::string clock_time(std::int64_t time_ms);

/// A part of a JSON object as text; empty when it is not there.
std::string text_of(const nlohmann::json& value, const char* member);

}  // namespace muster::cli
