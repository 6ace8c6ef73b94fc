#include "extensions/package/install.h"

#include <gtest/gtest.h>

#include "core/os/files.h"
#include "extensions/package/project.h"

namespace muster::package {
namespace {

using extensions::Grant;
using extensions::Installed;
using extensions::read_installed;
using extensions::read_inventory;

class InstallTest : public testing::Test {
 protected:
  std::filesystem::path store() const { return scratch_.path() / "store"; }

  /// A package as check_package would have read it.
  struct Made {
    PackageFiles files;
    extensions::Specification specification;
    Content content;
    std::string archive_text;
  };
  std::unique_ptr<Made> make(const std::string& name, const std::string& version,
                             const std::string& file = "/etc/motd",
                             const std::string& hook = "#!/bin/sh\n") {
    const auto directory = scratch_.path() / "project";
    EXPECT_TRUE(os::remove_tree(directory));
    EXPECT_TRUE(os::write_file(
        directory / kProjectFile,
        "schema: 1\nname: " + name + "\nversion: " + version +
            "\napi: 1\ntype: tool\nlanguage: shell\nsummary: A test\nmaintainer: A <a@b.org>\n"
            "license: MIT\nhooks: [configure]\nrights:\n  - place: node\n    files: [" +
            file + "]\n    reason: a test\n"));
    EXPECT_TRUE(os::write_file(directory / "content/hooks/configure", hook, {.mode = 0755}));
    Packed packed = pack(read_project(directory).value(), "f").value();
    auto made = std::make_unique<Made>();
    made->files = {.path = name + ".yaml", .specification = packed.text, .archive = packed.archive};
    made->specification = packed.specification;
    FrameWriter writer([&](std::string_view bytes) -> Status {
      made->content.frames += bytes;
      return {};
    });
    EXPECT_TRUE(read_archive(packed.archive, writer));
    made->content.files = parse_extracted(made->content.frames, made->specification.files).value();
    return made;
  }
  Result<Installed> add(const Made& made) {
    return add_extension({.files = made.files,
                          .specification = made.specification,
                          .content = made.content,
                          .at_ms = at_ms_},
                         store());
  }

  std::int64_t at_ms_ = 5;
  os::TemporaryDirectory scratch_ = os::TemporaryDirectory::make().value();
};

TEST_F(InstallTest, what_is_added_is_read_as_it_was) {
  const auto made = make("motd", "1.0.0");
  const auto installed = add(*made);
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->specification, made->specification);
  EXPECT_EQ(installed->grant.rights, made->specification.rights);
  EXPECT_EQ(os::read_file(installed->content / "hooks/configure"), "#!/bin/sh\n");
  EXPECT_EQ(os::read_state(installed->content / "hooks/configure")->mode.mode & 0777U, 0755U);
  EXPECT_EQ(extensions::parse_grant(extensions::render_grant(installed->grant)), installed->grant);
}

TEST_F(InstallTest, another_version_takes_its_place_and_the_first_can_come_back) {
  ASSERT_TRUE(add(*make("motd", "1.0.0")));
  const auto first = read_grant_text("motd", store()).value();
  ASSERT_TRUE(add(*make("motd", "1.1.0")));
  EXPECT_EQ(to_string(read_installed(store(), "motd")->grant.version), "1.1.0");
  ASSERT_TRUE(restore_grant("motd", first, store()));
  EXPECT_EQ(to_string(read_installed(store(), "motd")->grant.version), "1.0.0");
  EXPECT_EQ(os::list_directory(store() / "motd")->size(), 3U)
      << "the head may still stop its units";
  ASSERT_TRUE(remove_unused("motd", store()));
  EXPECT_EQ(os::list_directory(store() / "motd")->size(), 2U) << "what failed is gone";
  ASSERT_TRUE(restore_grant("motd", std::nullopt, store()));
  EXPECT_EQ(read_installed(store(), "motd").error().kind, ErrorKind::absent);
}

TEST_F(InstallTest, what_was_interrupted_is_not_there_and_goes_with_the_next_change) {
  ASSERT_TRUE(add(*make("motd", "1.0.0")));
  ASSERT_TRUE(os::write_file(store() / "motd/.new-2.0.0-abcdef01-5/content/x", "half"));
  ASSERT_TRUE(os::write_file(store() / "motd/2.0.0-abcdef01-5/content/x", "not granted"));
  EXPECT_EQ(to_string(read_installed(store(), "motd")->grant.version), "1.0.0");
  ASSERT_TRUE(remove_unused("motd", store()));
  EXPECT_EQ(os::list_directory(store() / "motd")->size(), 2U);
}

TEST_F(InstallTest, what_is_not_what_was_granted_is_damaged_and_costs_nothing_else) {
  const auto damaged = add(*make("motd", "1.0.0"));
  ASSERT_TRUE(add(*make("other", "1.0.0", "/etc/issue")));
  const auto file = damaged->content.parent_path() / extensions::kSpecificationFile;
  ASSERT_TRUE(os::write_file(file, os::read_file(file).value() + "# more\n"));
  auto inventory = read_inventory(store());
  ASSERT_TRUE(inventory);
  ASSERT_EQ(inventory->installed.size(), 1U);
  EXPECT_EQ(inventory->installed[0].grant.name, "other");
  EXPECT_TRUE(inventory->damaged.at("motd").message.contains("not what was installed"));
  ASSERT_TRUE(os::write_file(store() / "other/grant.json", "{"));
  EXPECT_EQ(read_inventory(store())->damaged.size(), 2U);
  ASSERT_TRUE(remove_extension("motd", store()));
  EXPECT_FALSE(read_inventory(store())->damaged.contains("motd"));
}

TEST_F(InstallTest, a_damaged_grant_comes_back_as_it_was) {
  const auto installed = add(*make("motd", "1.0.0"));
  ASSERT_TRUE(os::write_file(extensions::grant_of(store(), "motd"), "{"));
  const auto before = read_grant_text("motd", store()).value();
  ASSERT_TRUE(add(*make("motd", "2.0.0")));
  ASSERT_TRUE(restore_grant("motd", before, store()));
  EXPECT_EQ(os::read_file(extensions::grant_of(store(), "motd")), "{");
  EXPECT_FALSE(os::is_missing(installed->content)) << "somebody may mend the grant";
}

TEST_F(InstallTest, a_disk_that_takes_nothing_leaves_what_was_before) {
  ASSERT_TRUE(add(*make("motd", "1.0.0")));
  const auto before = read_grant_text("motd", store()).value();
  const auto second = make("motd", "2.0.0");
  // A file is in the way of a directory of the second.
  second->content.files.push_back({.file = second->content.files[0].file, .content = "x"});
  extensions::PackedFile below = *second->content.files[0].file;
  below.path += "/below";
  second->content.files.back().file = &below;
  EXPECT_FALSE(add(*second));
  ASSERT_TRUE(restore_grant("motd", before, store()));
  EXPECT_EQ(to_string(read_installed(store(), "motd")->grant.version), "1.0.0");
  EXPECT_EQ(os::list_directory(store() / "motd")->size(), 2U) << "nothing is left of the second";
}

TEST_F(InstallTest, an_extension_may_have_any_name) {
  ASSERT_TRUE(lock_store(store(), {}));
  EXPECT_TRUE(add(*make("lock", "1.0.0")));
}

TEST_F(InstallTest, the_same_version_again_repairs_it) {
  const auto made = make("motd", "1.0.0");
  const auto installed = add(*made);
  ASSERT_TRUE(os::remove_tree(installed->content));
  at_ms_ = 6;
  const auto again = add(*made);
  ASSERT_TRUE(again);
  EXPECT_EQ(os::read_file(again->content / "hooks/configure"), "#!/bin/sh\n");
}

TEST_F(InstallTest, a_file_belongs_to_one_extension) {
  ASSERT_TRUE(add(*make("motd", "1.0.0", "/etc/motd.d/motd")));
  const auto inventory = read_inventory(store());
  const Status second = extensions::check_rights(
      make("other", "1.0.0", "/etc/motd.d/motd")->specification, inventory->installed);
  ASSERT_FALSE(second);
  EXPECT_TRUE(second.error().message.contains("belongs to 'motd'"));
  for (const std::string file : {"/etc/motd.d/motd/below", "/etc/motd.d"}) {
    EXPECT_FALSE(
        extensions::check_rights(make("other", "1.0.0", file)->specification, inventory->installed))
        << file;
  }
  EXPECT_TRUE(extensions::check_rights(make("motd", "2.0.0")->specification, inventory->installed));
  EXPECT_TRUE(extensions::check_rights(make("third", "1.0.0", "/etc/issue")->specification,
                                       inventory->installed));
}

TEST_F(InstallTest, nothing_is_installed_where_nothing_was) {
  EXPECT_TRUE(read_inventory(store())->installed.empty());
  EXPECT_FALSE(read_installed(store(), "../motd"));
  EXPECT_TRUE(remove_extension("motd", store()));
}

TEST_F(InstallTest, a_package_without_a_signature_has_no_signer) {
  const auto made = make("motd", "1.0.0");
  EXPECT_EQ(verify_package(made->files, {})->has_value(), false);
  const SecretKey key = make_key();
  made->files.signature = sign(made->files.specification, key, "c");
  EXPECT_EQ(verify_package(made->files, {}).error().kind, ErrorKind::denied);
  const auto signer = verify_package(made->files, {{.key = key.public_key(), .file = "f"}});
  ASSERT_TRUE(signer && *signer);
  EXPECT_EQ((*signer)->key, key.id);
  made->files.specification += " ";
  EXPECT_EQ(verify_package(made->files, {{.key = key.public_key(), .file = "f"}}).error().kind,
            ErrorKind::denied);
}

TEST_F(InstallTest, an_archive_counts_by_size_and_hash) {
  const auto made = make("motd", "1.0.0");
  made->files.path = "motd-1.0.0.yaml";
  ASSERT_TRUE(check_archive(made->files, made->specification));
  PackageFiles other = made->files;
  other.archive.back() ^= 1;
  EXPECT_TRUE(
      check_archive(other, made->specification).error().message.contains("another archive"));
  other.archive += "x";
  EXPECT_TRUE(check_archive(other, made->specification).error().message.contains("bytes"));
  other = made->files;
  other.path = "renamed.yaml";
  EXPECT_TRUE(check_archive(other, made->specification).error().hint.contains("motd-1.0.0.yaml"));
}

}  // namespace
}  // namespace muster::package
