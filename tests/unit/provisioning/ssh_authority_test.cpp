#include "provisioning/ssh_authority.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"

namespace muster::provisioning {
namespace {

class SshAuthorityTest : public testing::Test {
 protected:
  std::string run(std::vector<std::string> argv) {
    os::PosixCommandRunner runner;
    const auto out = run_checked(runner, {.argv = std::move(argv)});
    EXPECT_TRUE(out) << out.error().text();
    return out.value_or("");
  }
  std::filesystem::path file(const std::string& name) { return directory_->path() / name; }

  Result<os::TemporaryDirectory> directory_ = os::TemporaryDirectory::make();
};

TEST_F(SshAuthorityTest, ssh_keygen_reads_what_it_certified) {
  const auto authority = SshAuthority::open(directory_->path());
  ASSERT_TRUE(authority) << authority.error().text();
  run({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file("host")});
  const std::vector<std::string> names = {"n001.muster", "n001", "10.42.1.1"};
  const auto certificate =
      authority->certify_host(os::read_file(file("host.pub")).value(),
                              // 2030-01-01T00:00:00Z
                              {.names = names, .id = "n001", .valid_before = 1'893'456'000});
  ASSERT_TRUE(certificate) << certificate.error().text();
  ASSERT_TRUE(os::write_file(file("host-cert.pub"), *certificate));
  ASSERT_TRUE(os::write_file(file("ca.pub"), authority->public_key() + "\n"));
  const std::string shown = run({"ssh-keygen", "-L", "-f", file("host-cert.pub")});
  EXPECT_TRUE(shown.contains("Type: ssh-ed25519-cert-v01@openssh.com host certificate")) << shown;
  EXPECT_TRUE(shown.contains("Key ID: \"n001\"")) << shown;
  EXPECT_TRUE(shown.contains("Valid: before 2030-01-01T00:00:00")) << shown;
  for (const std::string& name : names) EXPECT_TRUE(shown.contains(" " + name + "\n")) << shown;
  const std::string ca = split(run({"ssh-keygen", "-l", "-f", file("ca.pub")}), ' ').at(1);
  EXPECT_TRUE(shown.contains("Signing CA: ED25519 " + ca)) << shown << ca;
}

TEST_F(SshAuthorityTest, the_authority_is_the_same_when_it_is_opened_again) {
  const std::string first = SshAuthority::open(directory_->path()).value().public_key();
  EXPECT_EQ(SshAuthority::open(directory_->path()).value().public_key(), first);
  EXPECT_EQ(std::filesystem::status(file("ssh-ca.key")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(SshAuthorityTest, one_that_is_in_no_file_is_the_same_when_it_was_saved) {
  EXPECT_TRUE(SshAuthority::is_missing(directory_->path()));
  const auto made = SshAuthority::make();
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_TRUE(made->save(directory_->path()));
  EXPECT_FALSE(SshAuthority::is_missing(directory_->path()));
  EXPECT_EQ(SshAuthority::open(directory_->path()).value().public_key(), made->public_key());
}

TEST_F(SshAuthorityTest, a_damaged_key_is_named_and_not_replaced) {
  ASSERT_TRUE(os::write_file(file("ssh-ca.key"), "-----BEGIN PRIVATE KEY-----\nhalf"));
  const auto opened = SshAuthority::open(directory_->path());
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().message.contains("ssh-ca.key")) << opened.error().text();
  EXPECT_EQ(os::read_file(file("ssh-ca.key")).value(), "-----BEGIN PRIVATE KEY-----\nhalf");
}

TEST_F(SshAuthorityTest, only_ed25519_keys_are_certified) {
  const auto authority = SshAuthority::open(directory_->path());
  ASSERT_TRUE(authority);
  for (const std::string key :
       {"", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ==",
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHQ=="}) {
    const auto certified = authority->certify_host(key, {.names = {}, .id = "x"});
    ASSERT_FALSE(certified) << key;
    EXPECT_EQ(certified.error().kind, ErrorKind::invalid) << "the sender is at fault";
  }
}

}  // namespace
}  // namespace muster::provisioning
