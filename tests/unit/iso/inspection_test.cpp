#include "iso/inspection.h"

#include <gtest/gtest.h>

namespace muster::iso {
namespace {

using Texts = std::vector<std::string>;

const inspect::MediumFiles kFiles = {{"live/vmlinuz", {{.offset = 0, .size = 7}}}};
const inspect::Checksums kHashes = {{"live/vmlinuz", "abc"}};

Texts faults(std::string_view manifest) {
  Texts messages;
  for (const auto& finding : find_manifest_faults(manifest, kFiles, kHashes)) {
    messages.push_back(finding.message);
  }
  return messages;
}

TEST(Manifests, name_the_files_that_are_there) {
  EXPECT_EQ(faults(R"({"kernel": {"file": "live/vmlinuz", "size": 7, "sha256": "abc"}})"), Texts{});
  EXPECT_EQ(faults(R"({"layers": [{"file": "live/none", "size": 7, "sha256": "abc"}]})"),
            Texts{"it names 'live/none', which is not there"});
  for (const auto* other : {R"([{"file": "live/vmlinuz", "size": 8, "sha256": "abc"}])",
                            R"([{"file": "live/vmlinuz", "size": 7, "sha256": "abd"}])",
                            R"([{"file": "live/vmlinuz", "size": "7", "sha256": "abc"}])",
                            R"([{"file": "live/vmlinuz"}])"}) {
    EXPECT_EQ(faults(other), Texts{"it names another 'live/vmlinuz' than the one that is there"})
        << other;
  }
}

TEST(Manifests, that_are_no_document_are_told) {
  EXPECT_EQ(faults("{"), Texts{"it is no JSON document"});
  EXPECT_EQ(faults("7"), Texts{"it is no JSON document"});
}

}  // namespace
}  // namespace muster::iso
