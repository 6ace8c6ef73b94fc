#include "provisioning/catalogue.h"

#include <format>
#include <gtest/gtest.h>
#include <unistd.h>

#include "core/crypto/hash.h"
#include "core/os/file_hash.h"
#include "core/os/files.h"
#include "provisioning/blobs.h"
#include "provisioning/image_store.h"

namespace muster::provisioning {
namespace {

namespace fs = std::filesystem;

/// A head with a medium, and another medium that somebody brings.
class CatalogueTest : public testing::Test {
 protected:
  void SetUp() override {
    put(medium(), "compute", {"kernel", "initrd", "base", "compute of today"});
    put(other(), "compute", {"kernel", "initrd", "base", "compute of tomorrow"});
  }

  fs::path medium() const { return place_.path() / "medium"; }
  fs::path other() const { return place_.path() / "other"; }
  fs::path store() const { return place_.path() / "images"; }
  fs::path blobs() const { return place_.path() / "blobs"; }

  /// An image whose files have these contents: kernel, initrd, layers.
  static void put(const fs::path& medium, const std::string& name,
                  const std::vector<std::string>& contents) {
    Image image{.name = name};
    for (const std::string& content : contents) {
      const Artefact file{.path = "live/" + crypto::sha256(content).substr(0, 8),
                          .size = Bytes{content.size()},
                          .sha256 = crypto::sha256(content)};
      ASSERT_TRUE(os::write_file(medium / file.path, content));
      image.layers.push_back(file);
    }
    image.kernel = image.layers[0];
    image.initrd = image.layers[1];
    image.layers.erase(image.layers.begin(), image.layers.begin() + 2);
    image.kernel_arguments.push_back(*spec::KernelArgument::parse("quiet"));
    ASSERT_TRUE(
        os::write_file(medium / "muster/image" / name / "manifest.json", to_json(image).dump()));
  }

  Catalogue read() const { return read_catalogue(medium(), store()); }
  KeptImage others(const std::string& name = "compute") const {
    const auto images = read_foreign_images(other());
    EXPECT_TRUE(images) << images.error().text();
    for (const KeptImage& kept : images.value_or(std::vector<KeptImage>())) {
      if (kept.image.name == name) return kept;
    }
    ADD_FAILURE() << name;
    return {};
  }
  Status add(const KeptImage& image, std::int64_t at_ms = 1000) {
    copied_ = 0;
    return add_image({.image = image.image, .origin = "tomorrow.iso", .at_ms = at_ms}, store(),
                     [&](const Artefact& file, const fs::path& to) {
                       ++copied_;
                       return os::copy_file(other() / file.path, to);
                     });
  }
  std::size_t kept_blobs() const { return os::list_directory(store() / "blob").value().size(); }

  os::TemporaryDirectory place_ = os::TemporaryDirectory::make("catalogue").value();
  int copied_ = 0;
};

TEST_F(CatalogueTest, an_image_is_named_by_all_that_it_holds) {
  const Image image = others().image;
  const std::string id = id_of(image);
  EXPECT_TRUE(is_sha256(id));
  std::vector<Image> different(5, image);
  different[0].name = "other";
  different[1].kernel.sha256 = std::string(64, '0');
  different[2].layers.pop_back();
  std::swap(different[3].layers[0], different[3].layers[1]);
  different[4].kernel_arguments.clear();
  for (const Image& each : different) EXPECT_NE(id_of(each), id);
  Image moved = image;
  moved.kernel.path = "elsewhere";
  EXPECT_EQ(id_of(moved), id) << "where a file lies is nothing that a machine runs";
}

TEST_F(CatalogueTest, an_added_image_is_whole_and_nobody_boots_it_before_it_is_chosen) {
  const KeptImage tomorrow = others();
  ASSERT_TRUE(add(tomorrow));
  EXPECT_EQ(copied_, 4);
  const Catalogue catalogue = read();
  ASSERT_EQ(catalogue.images.size(), 2U);
  EXPECT_TRUE(catalogue.find_by_name("compute")->is_of_medium());
  const KeptImage& added = catalogue.images[1];
  EXPECT_EQ(added.id, tomorrow.id);
  EXPECT_EQ(added.origin, "tomorrow.iso");
  EXPECT_EQ(added.added_ms, 1000);
  for (const Artefact& file : files_of(added.image)) {
    EXPECT_EQ(os::sha256_file(store() / file.path), file.sha256);
  }
  ASSERT_TRUE(choose_image("compute", tomorrow.id, store()));
  EXPECT_EQ(read().find_by_name("compute")->id, tomorrow.id);
  ASSERT_TRUE(choose_image("compute", "", store()));
  EXPECT_TRUE(read().find_by_name("compute")->is_of_medium());
}

TEST_F(CatalogueTest, a_file_that_images_share_is_kept_once_and_goes_with_the_last) {
  put(other(), "gpu", {"kernel", "initrd", "base", "drivers"});
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(add(others("gpu")));
  EXPECT_EQ(copied_, 1);
  EXPECT_EQ(kept_blobs(), 5U);
  ASSERT_TRUE(remove_image(others().id, store()));
  EXPECT_EQ(kept_blobs(), 4U);
  EXPECT_EQ(read().images.size(), 2U);
  ASSERT_TRUE(remove_image(others("gpu").id, store()));
  EXPECT_EQ(kept_blobs(), 0U);
}

TEST_F(CatalogueTest, a_file_with_another_content_is_refused_and_nothing_of_it_stays) {
  const KeptImage tomorrow = others();
  ASSERT_TRUE(os::write_file(other() / tomorrow.image.layers.back().path, "compute of tomorroW"));
  const Status added = add(tomorrow);
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().message.contains("another content")) << added.error().text();
  EXPECT_EQ(read().images.size(), 1U);
  const auto kept = os::list_directory(store() / "blob").value();
  for (const std::string& blob : kept) {
    EXPECT_EQ(os::sha256_file(store() / "blob" / blob), blob);
  }
}

TEST_F(CatalogueTest, an_interrupted_copy_goes_on_and_leaves_nothing_behind) {
  const KeptImage tomorrow = others();
  const std::string base = tomorrow.image.layers.front().sha256;
  ASSERT_TRUE(os::write_file(store() / "blob" / base, "base"));
  ASSERT_TRUE(os::write_file(store() / "blob" / (base + ".part"), "ba"));
  ASSERT_TRUE(os::write_file(store() / "blob" / std::string(64, 'a'), "of another try"));
  ASSERT_TRUE(add(tomorrow));
  EXPECT_EQ(copied_, 3) << "what was whole is not copied again";
  EXPECT_EQ(kept_blobs(), 4U);
}

TEST_F(CatalogueTest, what_a_disk_changed_is_made_whole_by_adding_the_image_again) {
  const KeptImage tomorrow = others();
  ASSERT_TRUE(add(tomorrow));
  const auto blob = store() / "blob" / tomorrow.image.kernel.sha256;
  ASSERT_TRUE(os::write_file(blob, "kerneL"));
  ASSERT_TRUE(add(tomorrow));
  EXPECT_EQ(copied_, 1);
  EXPECT_EQ(os::read_file(blob), "kernel");
}

TEST_F(CatalogueTest, an_image_that_lost_a_file_is_told_and_costs_nothing_else) {
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(choose_image("compute", others().id, store()));
  ASSERT_TRUE(os::remove_tree(store() / "blob" / others().image.kernel.sha256));
  const Catalogue catalogue = read();
  EXPECT_TRUE(catalogue.find_by_name("compute")->is_of_medium());
  ASSERT_EQ(catalogue.problems.size(), 2U) << "the image, and the choice of it";
  EXPECT_TRUE(catalogue.problems[0].message.contains(others().id.substr(0, kShortId)));
  EXPECT_TRUE(catalogue.problems[1].message.contains("which this head does not have"));
}

TEST_F(CatalogueTest, what_root_did_not_write_is_no_image) {
  ASSERT_TRUE(add(others()));
  const auto record = store() / "image" / (others().id + ".json");
  const std::string good = os::read_file(record).value();
  for (std::string bad : {std::string("{"), std::string("[]"), std::string("{}"),
                          std::string(good).replace(good.find("blob/"), 5, "../b/"),
                          std::string(good).replace(good.find("compute"), 7, "computE")}) {
    ASSERT_TRUE(os::write_file(record, bad));
    const Catalogue catalogue = read();
    EXPECT_EQ(catalogue.images.size(), 1U) << bad;
    EXPECT_EQ(catalogue.problems.size(), 1U) << bad;
  }
  ASSERT_TRUE(os::write_file(store() / "chosen.json", R"({"images": {"compute": 7}})"));
  EXPECT_EQ(read().problems.size(), 2U);
  EXPECT_TRUE(read().find_by_name("compute")->is_of_medium());
}

TEST_F(CatalogueTest, the_same_image_on_the_medium_and_added_is_one) {
  put(other(), "compute", {"kernel", "initrd", "base", "compute of today"});
  ASSERT_TRUE(add(others()));
  ASSERT_EQ(read().images.size(), 1U);
  EXPECT_TRUE(read().images[0].is_of_medium());
  EXPECT_TRUE(read().images[0].is_kept);
  EXPECT_EQ(list_added_images(store())->size(), 1U) << "it can be removed";
  put(medium(), "compute", {"kernel", "initrd", "base", "compute of next week"});
  EXPECT_EQ(read().images.size(), 2U) << "and stays when the medium has another";
}

TEST_F(CatalogueTest, an_added_image_stands_in_for_one_of_a_damaged_medium) {
  put(other(), "compute", {"kernel", "initrd", "base", "compute of today"});
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(os::write_file(medium() / others().image.layers.back().path, "short"));
  const Catalogue catalogue = read();
  ASSERT_EQ(catalogue.images.size(), 1U);
  EXPECT_TRUE(catalogue.find_by_name("compute")) << "nodes boot it without a choice, as before";
  ASSERT_TRUE(publish_blobs(medium(), store(), blobs()));
  for (const Artefact& file : files_of(catalogue.images[0].image)) {
    EXPECT_EQ(os::sha256_file(blobs() / file.sha256), file.sha256);
  }
}

TEST_F(CatalogueTest, a_medium_that_lost_a_file_has_no_such_image) {
  ASSERT_TRUE(os::remove_tree(medium() / read().images[0].image.kernel.path));
  const Catalogue catalogue = read();
  EXPECT_TRUE(catalogue.images.empty());
  ASSERT_TRUE(catalogue.damaged.contains("compute"));
  EXPECT_TRUE(catalogue.damaged.at("compute").message.contains("is missing"));
  ASSERT_TRUE(publish_blobs(medium(), store(), blobs()));
  EXPECT_TRUE(os::list_directory(blobs())->empty());
}

TEST_F(CatalogueTest, a_medium_of_somebody_else_is_none) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  ASSERT_TRUE(os::set_mode(medium(), {.mode = 0755, .uid = 12345}));
  const Catalogue catalogue = read();
  EXPECT_TRUE(catalogue.images.empty());
  ASSERT_EQ(catalogue.problems.size(), 1U);
  EXPECT_TRUE(catalogue.problems[0].message.contains("is not root's"));
}

TEST_F(CatalogueTest, an_added_image_without_one_of_the_medium_waits_for_somebody_to_choose_it) {
  put(other(), "gpu", {"kernel", "initrd", "base", "drivers"});
  ASSERT_TRUE(add(others("gpu")));
  EXPECT_EQ(read().find_by_name("gpu"), nullptr);
  ASSERT_TRUE(choose_image("gpu", others("gpu").id, store()));
  EXPECT_EQ(read().find_by_name("gpu")->id, others("gpu").id);
}

TEST_F(CatalogueTest, an_image_that_is_added_again_keeps_its_time) {
  ASSERT_TRUE(add(others(), 1000));
  ASSERT_TRUE(add(others(), 2000));
  EXPECT_EQ(copied_, 0);
  EXPECT_EQ(read().images[1].added_ms, 1000);
}

TEST_F(CatalogueTest, what_a_foreign_medium_says_of_added_images_and_choices_counts_for_nothing) {
  for (const char* const file : {"chosen.json", "image/x.json", "muster/none/chosen.json"}) {
    ASSERT_TRUE(os::write_file(other() / file, R"({"images": {"compute": "x"}})"));
  }
  EXPECT_EQ(read_foreign_images(other())->size(), 1U);
}

TEST_F(CatalogueTest, a_damaged_image_can_be_removed) {
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(os::write_file(store() / "image" / (others().id + ".json"), "{"));
  const auto added = list_added_images(store());
  ASSERT_EQ(added->size(), 1U);
  EXPECT_FALSE(added->front().image);
  EXPECT_TRUE(is_named(others().id.substr(0, 6), added->front().name, added->front().id));
  ASSERT_TRUE(remove_image(added->front().id, store()));
  EXPECT_EQ(kept_blobs(), 0U);
}

TEST_F(CatalogueTest, a_choice_goes_with_its_image) {
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(choose_image("compute", others().id, store()));
  const KeptImage before = *read().find_by_id(others().id);
  EXPECT_TRUE(is_still_there(read(), before));
  ASSERT_TRUE(remove_image(others().id, store()));
  EXPECT_FALSE(is_still_there(read(), before));
  EXPECT_TRUE(read().problems.empty());
  EXPECT_TRUE(read().find_by_name("compute")->is_of_medium());
}

TEST_F(CatalogueTest, what_a_power_cut_left_of_a_record_is_no_image_and_goes) {
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(os::rename_file(store() / "image" / (others().id + ".json"),
                              store() / "image" / ("." + others().id + ".json.x1y2z3")));
  EXPECT_TRUE(list_added_images(store())->empty());
  put(other(), "gpu", {"kernel", "initrd", "drivers"});
  ASSERT_TRUE(add(others("gpu")));
  EXPECT_EQ(os::list_directory(store() / "image")->size(), 1U);
  EXPECT_EQ(kept_blobs(), 3U);
}

TEST_F(CatalogueTest, choices_that_cannot_be_read_are_not_written_over) {
  ASSERT_TRUE(os::write_file(store() / "chosen.json", "{"));
  EXPECT_FALSE(choose_image("compute", "", store()));
  EXPECT_EQ(os::read_file(store() / "chosen.json"), "{");
}

TEST_F(CatalogueTest, an_image_for_which_there_is_no_room_is_refused_before_a_byte_is_copied) {
  KeptImage tomorrow = others();
  tomorrow.image.layers.back().size = Bytes{std::uint64_t{1} << 50U};
  const Status added = add(tomorrow);
  ASSERT_FALSE(added);
  EXPECT_TRUE(added.error().message.contains(" free, and the image needs "))
      << added.error().text();
  EXPECT_EQ(copied_, 0);
}

TEST(ImageNames, are_a_name_an_id_or_both) {
  const std::string id = std::string(10, 'a') + std::string(54, 'b');
  for (const std::string& word :
       {std::string("gpu"), id, id.substr(0, 6), "gpu@" + id.substr(0, 8)}) {
    EXPECT_TRUE(is_named(word, "gpu", id)) << word;
  }
  for (const std::string& word : {std::string(), std::string("cpu"), id.substr(0, 5), "cpu@" + id,
                                  "gpu@" + id.substr(0, 5), id + "0", "@" + id}) {
    EXPECT_FALSE(is_named(word, "gpu", id)) << word;
  }
  EXPECT_TRUE(is_reference("gpu@" + id));
  for (const std::string& text :
       {std::string("gpu"), id, "gpu@" + id.substr(1), "@" + id, "gpu@" + id + "@", "g u@" + id}) {
    EXPECT_FALSE(is_reference(text)) << text;
  }
}

TEST_F(CatalogueTest, machines_find_every_file_of_every_image_under_its_hash) {
  ASSERT_TRUE(add(others()));
  ASSERT_TRUE(os::write_file(blobs() / std::string(64, 'a'), "of an image that is gone"));
  // Of an earlier medium.
  ASSERT_TRUE(os::write_symlink(blobs() / others().image.kernel.sha256, "/elsewhere"));
  ASSERT_TRUE(publish_blobs(medium(), store(), blobs()));
  const auto shown = os::list_directory(blobs()).value();
  EXPECT_EQ(shown.size(), 5U);
  for (const std::string& blob : shown) EXPECT_EQ(os::sha256_file(blobs() / blob), blob);
  // The added image goes: what it shares with the medium stays.
  ASSERT_TRUE(remove_image(others().id, store()));
  ASSERT_TRUE(publish_blobs(medium(), store(), blobs()));
  EXPECT_EQ(os::list_directory(blobs()).value().size(), 4U);
}

}  // namespace
}  // namespace muster::provisioning
