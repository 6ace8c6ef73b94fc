#include "iso/medium.h"

#include <algorithm>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "iso/cpio.h"
#include "iso/data_files.h"
#include "iso/efi_image.h"
#include "iso/inputs.h"
#include "iso/live_build.h"
#include "iso/squash.h"

namespace muster::iso {
namespace {

bool follows(const std::vector<std::string>& all, std::string_view first, std::string_view second) {
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i] == first && all[i + 1] == second) return true;
  }
  return false;
}

TEST(Medium, boots_on_bios_and_uefi_from_disc_and_disk) {
  const auto arguments =
      xorriso_arguments("/s", {{"live/vmlinuz", "/c/vmlinuz"}}, "/o.iso", 0, "000000000000");
  EXPECT_TRUE(follows(arguments, "-b", "isolinux/isolinux.bin"));
  EXPECT_TRUE(follows(arguments, "-e", "boot/grub/efi.img"));
  EXPECT_TRUE(std::ranges::contains(arguments, "-isohybrid-mbr"));
  EXPECT_TRUE(std::ranges::contains(arguments, "-isohybrid-gpt-basdat"));
  EXPECT_TRUE(std::ranges::contains(arguments, "--modification-date=1970010100000000"));
  EXPECT_TRUE(std::ranges::contains(arguments, "live/vmlinuz=/c/vmlinuz"));
}

TEST(Medium, of_the_same_day_is_another_volume) {
  const auto date_of = [](const std::string& id) {
    for (const std::string& word : xorriso_arguments("/s", {}, "/o.iso", 0, id)) {
      if (word.starts_with("--modification-date=")) return word.substr(20);
    }
    return std::string("none");
  };
  EXPECT_EQ(date_of("00000083d5ff"), "1970010123595999") << "the last of the day";
  EXPECT_EQ(date_of("00000083d600"), "1970010100000000");
  EXPECT_NE(date_of("0123456789ab"), date_of("0123456789ac"));
}

TEST(EfiImage, has_room_for_tables_and_half_used_clusters) {
  for (const std::uint64_t bytes :
       {std::uint64_t{0}, std::uint64_t{3'364'256}, std::uint64_t{9'000'000}}) {
    EXPECT_GE(efi_image_size(bytes) * 1024, bytes + bytes / 50 + 100 * 1024U) << bytes;
    EXPECT_EQ(efi_image_size(bytes) % 64, 0U);
  }
}

TEST(Medium, its_name_follows_everything_on_it) {
  const std::vector<LayerPlan> layers = {{.name = "base", .key = "k"}};
  const auto id = medium_id(layers, {}, {});
  EXPECT_EQ(id.size(), 12U);
  EXPECT_EQ(id, medium_id(layers, {}, {}));
  EXPECT_NE(id, medium_id({{.name = "base", .key = "other"}}, {}, {}));
  EXPECT_NE(id, medium_id(layers, {.spec_text = "name: x\n"}, {}));
}

TEST(Squash, keeps_what_hides_a_lower_directory_and_drops_what_ties_to_a_disk) {
  const auto arguments = squash_arguments("/t", "/o", "/e");
  const auto at = std::ranges::find(arguments, "-xattrs-exclude");
  ASSERT_NE(at, arguments.end());
  EXPECT_NE((at + 1)->find("origin"), std::string::npos);
  EXPECT_EQ((at + 1)->find("opaque"), std::string::npos);
}

TEST(Squash, an_upper_layer_never_hides_the_machine_id) {
  DataFiles data{
      .directory = {},
      .texts = {{"squash.exclude", "tmp/*\n"}, {"squash-upper.exclude", "etc/machine-id\n"}}};
  EXPECT_EQ(render_excludes(data, LayerKind::base), "tmp/*\n");
  EXPECT_EQ(render_excludes(data, LayerKind::head), "tmp/*\netc/machine-id\n");
}

TEST(Squash, only_the_head_shows_manual_pages) {
  DataFiles data{.directory = {}, .texts = {{"squash-node.exclude", "usr/share/man\n"}}};
  for (const auto kind : {LayerKind::base, LayerKind::image, LayerKind::muster_image}) {
    EXPECT_EQ(render_excludes(data, kind), "usr/share/man\n");
  }
  for (const auto kind : {LayerKind::head, LayerKind::muster_head}) {
    EXPECT_EQ(render_excludes(data, kind), "\n");
  }
}

TEST(LiveBuild, makes_the_heads_initrd_after_the_tree_was_trimmed) {
  const auto is_made = [](const std::vector<std::string>& stage) {
    return stage.front() == "chroot_hacks";
  };
  EXPECT_TRUE(std::ranges::none_of(install_stages(), is_made));
  EXPECT_TRUE(is_made(finish_stages().front()));
}

TEST(LiveBuild, leaves_no_dangerous_default) {
  const auto arguments =
      live_build_arguments({}, {{"http://m.example/", "trixie", {"main"}},
                                {"http://s.example/", "trixie-security", {"main"}}});
  EXPECT_TRUE(follows(arguments, "--distribution", "trixie"));
  EXPECT_TRUE(follows(arguments, "--uefi-secure-boot", "enable"));
  EXPECT_TRUE(follows(arguments, "--mirror-chroot-security", "http://s.example/"));
  EXPECT_TRUE(follows(arguments, "--updates", "false"));
  EXPECT_TRUE(follows(arguments, "--firmware-chroot", "false"));
}

TEST(Cpio, is_a_newc_archive_with_parents_and_trailer) {
  const auto archive = render_cpio({{"conf/uuid.conf", "abc\n"}});
  EXPECT_EQ(archive.size() % 512, 0U);
  EXPECT_TRUE(archive.starts_with("070701"));
  EXPECT_LT(archive.find("conf"), archive.find("conf/uuid.conf"));
  EXPECT_NE(archive.find("TRAILER!!!"), std::string::npos);
  EXPECT_EQ(archive.substr(54, 8), "00000000");  // size of the directory "conf"
}

TEST(DataFiles, lists_have_comments_and_blanks) {
  EXPECT_EQ(parse_list("# all\n\n a \nb # why\n"), (std::vector<std::string>{"a", "b"}));
}

TEST(DataFiles, dpkg_patterns_keep_their_order) {
  EXPECT_EQ(render_dpkg_excludes({"/a/*", "+/a/b"}),
            "force-unsafe-io\npath-exclude=/a/*\npath-include=/a/b\n");
}

TEST(DataFiles, accounts_become_lines_of_passwd_and_group) {
  const auto accounts = parse_accounts("slurm 64030 64030 slurm /nonexistent\nkvm - 923 kvm\n");
  ASSERT_TRUE(accounts);
  const auto files = render_accounts(*accounts);
  EXPECT_EQ(files.passwd, "slurm:x:64030:64030::/nonexistent:/usr/sbin/nologin\n");
  EXPECT_EQ(files.group, "slurm:x:64030:\nkvm:x:923:\n");
  EXPECT_EQ(files.shadow, "slurm:!:1::::::\n");
}

TEST(DataFiles, two_accounts_never_share_a_number) {
  EXPECT_FALSE(parse_accounts("a 901 901 a /\nb 901 902 b /\n"));
  EXPECT_FALSE(parse_accounts("a x 901 a /\n"));
}

TEST(Inputs, a_missing_package_is_blamed_on_who_wants_it) {
  const std::vector<std::string> names = {"job-runner", "other", "slurmd"};
  spec::ClusterSpec spec;
  spec.images = {{.name = "compute", .packages = {"fftw"}, .kernel_arguments = {}}};
  const std::vector<LayerPlan> layers = {
      {.name = "compute", .image = "compute", .packages = {"fftw", "slurmd", "typo"}}};
  EXPECT_EQ(find_missing(spec, layers, names),
            (std::vector<MissingPackage>{{"fftw", "packages of image 'compute' in cluster.yaml"},
                                         {"typo", "the recipe of layer 'compute'"}}));
}

TEST(ImageManifest, lists_layers_lowest_first_and_says_when_there_is_no_initrd) {
  const auto json = nlohmann::json::parse(render_image_manifest(
      {.name = "compute",
       .kernel = {"live/vmlinuz", 7, "aa"},
       .initrd = std::nullopt,
       .layers = {{"live/10-base.squashfs", 1, "bb"}, {"muster/20-compute.squashfs", 2, "cc"}},
       .kernel_arguments = {"quiet"}}));
  EXPECT_EQ(json["kernel"]["file"], "live/vmlinuz");
  EXPECT_TRUE(json["initrd"].is_null());
  EXPECT_EQ(json["layers"][0]["file"], "live/10-base.squashfs");
  EXPECT_EQ(json["layers"][1]["size"], 2);
}

TEST(Checksums, are_sorted_by_path) {
  EXPECT_EQ(render_checksums({{"b", 1, "22"}, {"a", 1, "11"}}), "11  a\n22  b\n");
}

}  // namespace
}  // namespace muster::iso
