#pragma once
// What administrators decided, as the store keeps it: documents of kind "setting", one for each
// decision. Each is of a muster::json::DocumentKind, whose name is its key.

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/json/document.h"
#include "core/state/store.h"
#include "plans/preview.h"
#include "provisioning/network.h"

namespace muster::control {

/// Who answers DHCP: schema 1 was the mode alone, a JSON text, or both members without a number.
extern const muster::json::DocumentKind kDhcpDocument;
/// What was taken over of the people of cluster.yaml: schema 1 was the digests without a member
/// around them.
extern const muster::json::DocumentKind kSpecUsersDocument;

/// Every kind of document in the store, by its kind and, of settings, its key.
std::span<const muster::json::DocumentKind* const> document_kinds();

struct DhcpDecision {
  /// None: nobody decided.
  std::optional<provisioning::DhcpMode> mode = {};
  /// The boot in which it was decided (os::read_boot_id); empty: an earlier one.
  std::string boot = {};
  bool operator==(const DhcpDecision&) const = default;
};

std::string render_dhcp_decision(const DhcpDecision& decision);
std::string render_digests(const plans::Digests& digests);
/// Errors: not what the function above wrote in this version or an earlier one (invalid); of a
/// newer version (conflict).
Result<DhcpDecision> parse_dhcp_decision(std::string_view text);
Result<plans::Digests> parse_digests(std::string_view text);

/// A decision that cannot be read, as `muster status` tells it: `instead` is what holds in its
/// place, and `next` what to do where `why` does not say.
Error lost_decision(const Error& why, std::string_view instead, std::string_view next);

/// Threads: one at a time.
class SettingDocuments {
 public:
  /// `store` must outlive this object.
  explicit SettingDocuments(state::Store& store) : store_(store) {}

  /// What becomes of a document that cannot be read.
  enum class Damaged {
    /// The document is kept under another kind, and the cluster goes on without it.
    put_aside,
    /// The document stays, and is not overwritten.
    leave
  };

  /// What `parse` makes of the document; none: there is no such document. One of a newer version
  /// stays, and is not overwritten. Errors: as `parse`, with what became of the document; the
  /// store.
  template <typename T>
  Result<std::optional<T>> load(const muster::json::DocumentKind& kind,
                                Result<T> (*parse)(std::string_view text), Damaged damaged) {
    TRY_ASSIGN(const std::optional<state::Document> found, find(kind, damaged));
    if (!found) return std::nullopt;
    auto value = parse(found->value);
    if (!value) return std::unexpected(lose(kind, *found, std::move(value).error(), damaged));
    return std::move(*value);
  }

  /// The change that writes the document. Errors: what is stored must not be overwritten, as `load`
  /// found.
  Result<state::Change> change(const muster::json::DocumentKind& kind, std::string text) const;

  /// Writes the document with what is stored put aside, whatever `load` found, and `event` with it.
  /// Errors: the store.
  Result<state::Revision> replace(const muster::json::DocumentKind& kind, std::string text,
                                  state::Event event);

 private:
  Result<std::optional<state::Document>> find(const muster::json::DocumentKind& kind,
                                              Damaged damaged);
  Error lose(const muster::json::DocumentKind& kind, const state::Document& document, Error why,
             Damaged damaged);

  state::Store& store_;
  /// Those that must not be overwritten, by key, with the reason.
  std::map<std::string, Error, std::less<>> closed_;
};

}  // namespace muster::control
