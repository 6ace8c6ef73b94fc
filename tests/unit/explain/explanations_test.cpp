#include "explain/explanations.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <set>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::explain {
namespace {

TEST(Explanations, have_names_that_are_words_and_their_own) {
  std::set<std::string> ids;
  for (const Explanation& row : explanations()) {
    EXPECT_TRUE(ids.insert(row.id).second) << row.id << " twice";
    EXPECT_FALSE(row.id.empty() || row.id.front() == '-' || row.id.back() == '-') << row.id;
    EXPECT_EQ(row.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos)
        << row.id;
    for (const std::string& text : {row.section, row.seen, row.cause, row.next}) {
      EXPECT_FALSE(text.empty()) << row.id;
    }
  }
}

TEST(Explanations, every_row_of_the_page_has_a_name) {
  const auto rows = std::ranges::count_if(lines(kPage), [](const std::string& line) {
    return line.starts_with("| ") && !line.starts_with("| what you see");
  });
  EXPECT_EQ(explanations().size(), static_cast<std::size_t>(rows));
}

// Monitoring acts on names. One that is not needed any more stays in the file with a '-' before it,
// so that nothing else ever gets it.
TEST(Explanations, keep_their_names) {
  const std::string file = MUSTER_SOURCE "/tests/golden/explanations.txt";
  std::set<std::string> known;
  for (const std::string& line : lines(os::read_file(file).value())) known.insert(line);
  for (const Explanation& row : explanations()) {
    EXPECT_EQ(known.erase(row.id), 1U) << "write '" << row.id << "' into " << file;
  }
  std::erase_if(known, [](const std::string& line) { return line.starts_with('-'); });
  EXPECT_TRUE(known.empty()) << "no row has the name '" << *known.begin() << "' any more";
}

std::string id_of(std::string_view text) {
  const Explanation* const row = explain_text(text);
  return row == nullptr ? "none" : row->id;
}

TEST(Explanations, are_found_by_what_somebody_sees) {
  EXPECT_EQ(id_of("a DHCP server at 10.42.0.9 answers on eth0; Muster stays silent"),
            "other-dhcp-server");
  EXPECT_EQ(id_of("a DHCP server at 10.42.0.9 answers on eth0 since this head serves it"),
            "new-dhcp-server");
  EXPECT_EQ(id_of("there is no network card 'x' as head.interface says; eth0 leads to the nodes "
                  "instead"),
            "another-card")
      << "the longer one";
  EXPECT_EQ(id_of("there is no network card 'x' as head.interface says"), "no-such-card");
  EXPECT_EQ(id_of("n004: failed at stage 'plan': write /etc/hosts: no room"), "plan-failed");
  EXPECT_EQ(id_of("n[1-4] (4 nodes) failed at plan, n1: service slurmd.service running: no"),
            "plan-failed");
  EXPECT_EQ(id_of("n1 failed at lost: no message for 61 s"), "node-lost");
  EXPECT_EQ(
      id_of("n1 failed at image: 'live/10-base.squashfs': wrong hash abc, expected def (tried "
            "3 times)"),
      "image-wrong-hash");
  EXPECT_EQ(id_of("n1 failed at enrol: the head refused (403): the token is too old; wait"),
            "token-refused");
  EXPECT_EQ(id_of("could not be started: Failed to find executable lss"), "program-missing");
  EXPECT_EQ(id_of("n[1-2] are draining in Slurm and take no jobs"), "node-drained");
  EXPECT_EQ(id_of("n1 is down in Slurm and takes no jobs: Not responding"), "node-down-in-slurm");
  EXPECT_EQ(id_of("n1 is inval in Slurm and takes no jobs: Low RealMemory"), "node-too-small");
  EXPECT_EQ(id_of("1 AMD card has no driver in image 'compute'"), "cards-without-driver");
  EXPECT_EQ(id_of("2 machines cannot join, 52:54:00:00:00:01 the first: no address is free"),
            "machine-cannot-join");
  EXPECT_EQ(id_of("the file system of /var/lib/muster is full: 0 B of 9 GiB are free"),
            "disk-full");
  EXPECT_EQ(id_of("cannot look up the group with number 7: a source in '/etc/nsswitch.conf' "
                  "failed"),
            "name-service-failed");
  EXPECT_EQ(id_of("gpu01 is drained in Slurm and takes no jobs: Kill task failed"), "node-drained");
  EXPECT_EQ(id_of("you may not connect to the head's daemon"), "not-in-group");
  EXPECT_EQ(id_of("the file system of /var/lib/muster on /dev/sda1 is full"), "disk-full");
}

TEST(Explanations, are_not_found_by_commands_and_paths_that_a_row_names) {
  EXPECT_EQ(id_of(""), "none");
  EXPECT_EQ(id_of("muster status"), "none");
  EXPECT_EQ(id_of("cannot read '/etc/subuid': No such file or directory"), "none");
  EXPECT_EQ(id_of("n004 is off"), "none");
  EXPECT_EQ(id_of("no machine waits for adoption"), "none");
  EXPECT_EQ(id_of("Muster stays silent; a DHCP server at 10.42.0.9 answers on eth0"), "none")
      << "in another order";
}

TEST(Explanations, of_a_page_are_its_named_rows) {
  const auto rows = parse_explanations(
      "# Page\n## First\n| what you see | why | what to do |\n|---|---|---|\n"
      "| <a id=\"a-b\"></a>`it is … | broken` | a \\| bar | `x | y` |\n"
      "| no name | a | b |\n| <a id=\"cut | a | b |\n| <a id=\"short\"></a>a |\n## Second\n"
      "| <a id=\"c\"></a>C | why | what |");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].id, "a-b");
  EXPECT_EQ(rows[0].section, "First");
  EXPECT_EQ(rows[0].messages, std::vector<std::string>{"it is … | broken"});
  EXPECT_EQ(rows[0].next, "`x | y`");
  EXPECT_EQ(rows[1].section, "Second");
}

}  // namespace
}  // namespace muster::explain
