#pragma once
// A node as the store keeps it: three documents under its id, each of a kind of its own. Pure.

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "core/json/document.h"
#include "provisioning/node.h"

namespace muster::provisioning {

/// Schema 1 had all three parts in one document of kind "node".
extern const json::DocumentKind kDesiredDocument;
extern const json::DocumentKind kObservedDocument;
extern const json::DocumentKind kIdentityDocument;

/// Their names, which are their kinds in the store.
inline constexpr std::string_view kDesiredKind = "node";
inline constexpr std::string_view kObservedKind = "node-observed";
inline constexpr std::string_view kIdentityKind = "node-identity";
inline constexpr std::array kNodeKinds = {kDesiredKind, kObservedKind, kIdentityKind};

/// The newest schema of this kind, which is written.
int schema_of(std::string_view kind);

nlohmann::json to_json(const DesiredNode& desired);
nlohmann::json to_json(const ObservedNode& observed);
nlohmann::json to_json(const NodeIdentity& identity);

/// The state of this name. None: there is no such state.
std::optional<NodeState> parse_state(std::string_view text);

/// The text of the node's document of this kind.
std::string render_document(const Node& node, std::string_view kind);

/// Takes a document of this kind into `node`; one of schema 1 is all three parts.
/// Errors: not what render_document wrote, now or in an earlier version (invalid); of a newer
/// schema (conflict). `node` is as before then.
Status read_document(Node& node, std::string_view kind, std::string_view text);

}  // namespace muster::provisioning
