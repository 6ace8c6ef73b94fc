#pragma once
// Walks the tree of a file along its table of fields: fills the record, notes where each field
// stands, and collects what is wrong.

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/fields.h"
#include "core/spec/places.h"
#include "core/spec/yaml_tree.h"

namespace muster::spec {

/// Largest file that is read. Units: bytes.
inline constexpr std::size_t kMaxFileSize = 1U << 20;

class Reader {
 public:
  /// `table` must live longer. `file`: what problems call it.
  Reader(const Table& table, std::string_view file) : table_(table), file_(file) {}

  /// Fills `record`, which is of the table's type, from the text of the file. False: the text is no
  /// YAML, or larger than it may be, and nothing was read.
  bool read_text(std::string_view text, void* record);
  /// Rules that read a value with a problem of its own say nothing new.
  void add_findings(const Findings& findings);
  void add(Mark mark, std::string message, std::string hint);

  const Places& places() const { return places_; }
  /// All problems in the order of their places.
  std::vector<Diagnostic> finish();

 private:
  /// A section being read: its node, its rows, the record that it fills, and its path ("" is the
  /// file).
  struct Section {
    const YamlNode* node;
    std::span<const Field> fields;
    void* record;
    std::string path;
    Mark mark;
  };

  void read_section(const Section& section);
  void read_entry(const Section& section, const YamlEntry& entry,
                  std::map<std::string, Mark>& seen);
  void read_field(const Section& section, const Field& field, const YamlEntry& entry);
  void read_value(const Section& section, const Field& field, const YamlEntry& entry);
  void read_values(const Section& section, const Field& field, const YamlEntry& entry);
  void read_sections(const Section& section, const Field& field, const YamlEntry& entry);
  void read_absent(const Section& section, const Field& field);
  void add_unknown(const Section& section, const YamlEntry& entry);
  void store(const Section& section, const Field& field, const std::string& path,
             const YamlNode& node);
  void reject(Mark mark, const std::string& path, std::string message, std::string hint);
  bool is_broken(std::string_view path) const;
  std::string place_elsewhere(std::string_view key) const;

  const Table& table_;
  std::string_view file_;
  std::vector<Diagnostic> problems_;
  Places places_;
  /// Fields that have a problem of their own.
  std::set<std::string, std::less<>> broken_;
};

}  // namespace muster::spec
