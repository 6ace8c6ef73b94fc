#include "iso/inspect/secrets.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "tests/unit/inspect/messages.h"

namespace muster::inspect {
namespace {

const std::vector<std::string> kArchives = {"http://mirror.example/debian/"};

TEST(Secrets, are_files_that_each_machine_makes_for_itself) {
  for (const auto* path : {"etc/ssh/ssh_host_ed25519_key", "etc/munge/munge.key",
                           "etc/slurm/slurm.key", "etc/machine-id", "etc/apt/auth.conf.d/site.conf",
                           "root/.ssh/id_ed25519", "home/ada/.ssh/id_rsa", "home/ada/.netrc",
                           "var/lib/muster/ca/ca.key", "var/lib/systemd/random-seed"}) {
    EXPECT_EQ(find_secret_files({{.path = path, .size = 33}}).size(), 1U) << path;
    EXPECT_TRUE(find_secret_files({{.path = path, .size = 0}}).empty()) << path << ", empty";
    EXPECT_TRUE(find_secret_files({{.path = path, .type = 'd', .size = 33}}).empty()) << path;
  }
  for (const auto* path : {"etc/ssh/ssh_host_ed25519_key.pub", "etc/ssh/sshd_config",
                           "usr/share/muster/x", "etc/slurm/slurm.conf",
                           // head.ssh_keys of cluster.yaml
                           "root/.ssh/authorized_keys", "root/.ssh/id_ed25519.pub"}) {
    EXPECT_TRUE(find_secret_files({{.path = path, .size = 33}}).empty()) << path;
  }
  // "uninitialized", as machine-id(5) writes it.
  EXPECT_TRUE(find_secret_files({{.path = "etc/machine-id", .size = 14}}).empty());
}

TEST(Secrets, of_a_package_of_the_sites_choice_are_worth_a_look_only) {
  const TreeEntry key{.path = "etc/ssl/private/ssl-cert-snakeoil.key", .size = 1704};
  EXPECT_TRUE(find_secret_files({key}).empty());
  EXPECT_EQ(messages(find_shared_keys({key})),
            Texts{"'etc/ssl/private/ssl-cert-snakeoil.key' is the same on every machine"});
}

TEST(Secrets, in_an_address_are_found_and_not_repeated) {
  const auto* const file = "etc/apt/sources.list.d/site.sources";
  const auto* const text = "URIs: https://ada:s3cret@mirror.example/debian/\n";
  EXPECT_EQ(messages(find_secrets(file, text)),
            Texts{"'etc/apt/sources.list.d/site.sources' has a login for "
                  "'https://mirror.example/debian/'"});
  for (const auto& finding : find_other_archives(file, text, {"http://other.example/"})) {
    EXPECT_FALSE(finding.message.contains("s3cret"));
  }
}

// They may be those of a package of the site's choice, too, which brings an archive of its own.
TEST(OtherArchives, are_worth_a_look) {
  const auto* const file = "etc/apt/sources.list";
  EXPECT_TRUE(find_other_archives(file,
                                  "deb [arch=amd64] http://mirror.example/debian/ trixie main\n"
                                  "# deb http://old.example/ trixie main\n",
                                  kArchives)
                  .empty());
  const auto* const cache = "deb http://cache.corp.example:3142/debian trixie main\n";
  EXPECT_EQ(messages(find_other_archives(file, cache, kArchives)),
            Texts{"'etc/apt/sources.list' names 'http://cache.corp.example:3142/debian', which is "
                  "no archive of the cluster"});
  EXPECT_TRUE(find_secrets(file, cache).empty());
  EXPECT_EQ(messages(find_other_archives("etc/apt/apt.conf.d/proxy",
                                         "Acquire::http::Proxy \"http://proxy.example:3128\";\n",
                                         kArchives)),
            Texts{"'etc/apt/apt.conf.d/proxy' names 'http://proxy.example:3128', which is no "
                  "archive of the cluster"});
  EXPECT_TRUE(find_other_archives("etc/shadow", cache, kArchives).empty());
}

TEST(Secrets, are_name_servers_of_the_network_in_which_the_tree_was_made) {
  EXPECT_EQ(find_secrets("etc/resolv.conf", "nameserver 10.1.2.3\nsearch corp.example\n").size(),
            2U);
}

TEST(Secrets, are_passwords_and_none_at_all) {
  EXPECT_EQ(messages(find_secrets("etc/shadow",
                                  "root:!unprovisioned:20000:0:99999:7:::\n"
                                  "daemon:*:20000:0:99999:7:::\n"
                                  "ada:$y$j9T$x:20000:0:99999:7:::\n"
                                  "guest::20000:0:99999:7:::\n")),
            (Texts{"'etc/shadow' has a password for 'ada'",
                   "'etc/shadow' lets 'guest' in without a password"}));
}

TEST(Secrets, are_found_in_the_other_files_with_passwords) {
  EXPECT_EQ(messages(find_secrets("etc/passwd",
                                  "root:x:0:0:root:/root:/bin/bash\n"
                                  "old:$1$x:7:7::/:/bin/sh\n"
                                  "toor::0:0::/root:/bin/sh\n"
                                  "off:*:8:8::/:/bin/sh\n")),
            (Texts{"'etc/passwd' has a password for 'old'",
                   "'etc/passwd' lets 'toor' in without a password"}));
  EXPECT_EQ(
      messages(find_secrets("etc/gshadow-", "root:*::\nlab:$6$x::ada\nstaff:::ada\nx:x::\n")),
      (Texts{"'etc/gshadow-' has a password for 'lab'", "'etc/gshadow-' has a password for 'x'"}));
}

TEST(Secrets, are_looked_for_in_files_with_text_only) {
  EXPECT_TRUE(is_text_of_interest({.path = "etc/shadow", .size = 9}));
  EXPECT_TRUE(is_text_of_interest({.path = "etc/passwd", .size = 9}));
  EXPECT_TRUE(is_text_of_interest({.path = "etc/apt/apt.conf.d/01muster", .size = 9}));
  EXPECT_FALSE(is_text_of_interest({.path = "etc/shadow", .size = 0}));
  EXPECT_FALSE(is_text_of_interest({.path = "etc/resolv.conf", .type = 'l', .size = 9}));
  EXPECT_FALSE(is_text_of_interest({.path = "etc/apt/apt.conf.d", .type = 'd', .size = 9}));
  EXPECT_FALSE(is_text_of_interest({.path = "etc/hosts", .size = 9}));
}

}  // namespace
}  // namespace muster::inspect
