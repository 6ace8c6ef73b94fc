#pragma once
// Walks the tree of a cluster.yaml along the field table: fills the specification, notes where each
// field stands, and collects what is wrong. For parse.cpp only.

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/spec/cluster_spec.h"
#include "core/spec/fields.h"
#include "core/spec/places.h"
#include "core/spec/yaml_tree.h"

namespace muster::spec {

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  void read_file(const YamlNode* root, ClusterSpec& spec);
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

  std::string_view file_;
  std::vector<Diagnostic> problems_;
  Places places_;
  /// Fields that have a problem of their own.
  std::set<std::string, std::less<>> broken_;
};

}  // namespace muster::spec
