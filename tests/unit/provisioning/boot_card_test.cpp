#include "provisioning/agent/boot_card.h"

#include <format>
#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::agent {
namespace {

class BootCardTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = os::TemporaryDirectory::make();
    ASSERT_TRUE(made);
    root_.emplace(std::move(*made));
  }

  void put(const std::string& path, const std::string& text) {
    ASSERT_TRUE(os::write_file(root_->path() / path, text));
  }

  /// A card ethN with the address 52:54:00:00:00:0N.
  void plug(int number) {
    const std::string card = std::format("sys/class/net/eth{}/", number);
    put(card + "type", "1\n");
    put(card + "address", std::format("52:54:00:00:00:0{}\n", number));
    put(card + "device/vendor", "x");
  }

  /// The card's address; "none" when nothing tells which one it is.
  std::string card() const {
    const auto card = read_boot_card(root_->path());
    return card ? to_string(*card) : "none";
  }

  std::optional<os::TemporaryDirectory> root_;
};

TEST_F(BootCardTest, is_the_one_that_the_boot_loader_named) {
  plug(1);
  plug(2);
  put("proc/cmdline", "BOOTIF=01-52-54-00-00-00-02 boot=muster\n");
  put("run/net-eth1.conf", "DEVICE=eth1\n");
  EXPECT_EQ(card(), "52:54:00:00:00:02");
}

TEST_F(BootCardTest,
       is_the_one_that_the_initrd_got_an_address_for_when_the_named_one_is_not_there) {
  plug(1);
  plug(2);
  put("proc/cmdline", "BOOTIF=01-52-54-00-00-00-09\n");
  put("run/net-eth2.conf", "DEVICE=eth2\n");
  EXPECT_EQ(card(), "52:54:00:00:00:02");
}

TEST_F(BootCardTest, is_the_only_one) {
  plug(1);
  EXPECT_EQ(card(), "52:54:00:00:00:01");
}

TEST_F(BootCardTest, is_not_known_when_nothing_tells) {
  plug(1);
  plug(2);
  EXPECT_EQ(card(), "none");
}

TEST(BootNetwork, one_card_asks_for_an_address) {
  EXPECT_EQ(render_boot_network(*parse_mac("52:54:00:00:00:02")),
            "# Written by muster-agent in the initrd: the card that this node booted from.\n"
            "[Match]\n"
            "Type=ether\n"
            "Kind=!*\n"
            "MACAddress=52:54:00:00:00:02\n"
            "\n"
            "[Network]\n"
            "DHCP=ipv4\n"
            "LinkLocalAddressing=no\n"
            "IPv6AcceptRA=no\n"
            "# A head that is away for longer than a lease takes no job's network.\n"
            "KeepConfiguration=dhcp\n"
            "\n"
            "[DHCPv4]\n"
            "ClientIdentifier=mac\n"
            "UseHostname=no\n"
            "UseDNS=no\n"
            "SendHostname=no\n");
}

TEST(BootNetwork, every_card_asks_when_none_is_known_to_be_the_one) {
  const std::string text = render_boot_network(std::nullopt);
  EXPECT_TRUE(text.contains("[Match]\nType=ether\nKind=!*\n\n[Network]\nDHCP=ipv4\n")) << text;
}

}  // namespace
}  // namespace muster::agent
