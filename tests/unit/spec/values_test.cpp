#include "core/spec/values.h"

#include <gtest/gtest.h>
#include <regex>

namespace muster::spec {
namespace {

using Texts = std::vector<std::string>;

/// Every good text is taken and matches the schema's expression; every bad one is refused.
template <typename T>
void expect(const Codec<T>& codec, const Texts& good, const Texts& bad) {
  for (const std::string& text : good) {
    EXPECT_TRUE(codec.parse(text)) << codec.type.name << ": " << text;
    if (codec.type.pattern.empty()) continue;
    EXPECT_TRUE(std::regex_search(text, std::regex(std::string(codec.type.pattern)))) << text;
  }
  for (const std::string& text : bad) {
    const auto result = codec.parse(text);
    ASSERT_FALSE(result) << codec.type.name << ": " << text;
    EXPECT_FALSE(result.error().message.empty() || result.error().hint.empty()) << text;
  }
}

const std::string kNul("a\0b", 3);

TEST(Values, schema_version) { expect(kSchemaVersion, {"1"}, {"", "0", "2", "01", "1.0", "one"}); }

TEST(Values, names) {
  expect(kName, {"a", "compute", "gpu-a100", "x1", std::string(32, 'a')},
         {"", "A", "1x", "-a", "a-", "a_b", "a.b", "a b", "ä", "a\n", kNul, std::string(33, 'a')});
}

TEST(Values, releases) { expect(kRelease, {"trixie"}, {"", "bookworm", "Trixie", "sid"}); }

TEST(Values, mirrors) {
  expect(kMirror,
         {"http://mirror.example.org/debian", "https://10.0.0.1:3142/debian/",
          "http://[2001:db8::1]/~debian_mirror/a=b"},
         {"", "mirror.example.org", "ftp://a/b", "http://", "http:///debian", "file:///srv/debian",
          "http://user:secret@host/debian", "http://a/b c", "http://a/\"b", "http://a/b\n",
          "http://a/b%20c", "http://a/?b", "http://a/#b", "http://a/$(id)`"});
}

TEST(Values, words_of_enumerations) {
  expect(kKernelFlavour, {"amd64", "cloud"}, {"", "AMD64", "no", "amd64 "});
  expect(kFirmware, {"none", "network", "all"}, {"", "some"});
  expect(kAdoptionPolicy, {"open", "ask", "closed"}, {"", "yes"});
  expect(kStorageDriver, {"nfs"}, {"", "glusterfs"});
  EXPECT_EQ(kFirmware.parse("all"), Firmware::all);
  EXPECT_EQ(kFirmware.show(Firmware::network), "network");
  EXPECT_EQ(kFirmware.parse("netwrok").error().hint,
            "did you mean 'network'? allowed: none, network, all");
}

TEST(Values, host_labels) {
  expect(kHostLabel, {"head", "a", "3com", "n-1", std::string(63, 'a')},
         {"", "Head", "a.b", "-a", "a-", "a_b", "42", std::string(64, 'a'), "a\n"});
}

TEST(Values, interfaces) {
  expect(kInterfaceName, {"auto", "eth0", "enp1s0f1np1", "br-lan", "eth0.42"},
         {"", ".", "..", "a/b", "a b", "eth0:1", "averyveryverylongname"});
  EXPECT_EQ(kInterfaceName.parse("auto").value(), std::nullopt);
}

TEST(Values, addresses) {
  expect(kAddressWithPrefix, {"10.42.0.1/16", "192.168.1.7/24"},
         {"", "10.42.0.1", "10.42.0.1/33", "10.42.0/16", "fd00::1/64", "10.042.0.1/16"});
  expect(kAddressRange,
         {"10.0.0.1-10.0.0.9", "10.0.0.1 - 10.0.0.9", "10.0.0.1-10.0.0.1", "10.0.0.1-9"},
         {"", "10.0.0.1", "10.0.0.9-10.0.0.1", "10.0.0.9-1", "10.0.0.0/24"});
}

TEST(Values, ssh_keys) {
  const std::string ed25519 =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
  const std::string ecdsa =
      "ecdsa-sha2-nistp256 "
      "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBAABAgMEBQYHCAkKCwwND"
      "g8QERITFBUWFxgZGhscHR4fAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
  expect(kSshKey, {ed25519, ed25519 + " ada@desk", ed25519 + " Zoë's key", ecdsa},
         {"", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519 AAAA",
          "ssh-dss AAAAB3NzaC1kc3M=", "ssh-rsa " + ed25519.substr(12), "command=\"id\" " + ed25519,
          ed25519 + "\n" + ed25519, ed25519 + " a\x1b[2J", "ssh-ed25519 " + ed25519.substr(12, 40),
          ed25519.substr(0, 79), "-----BEGIN OPENSSH PRIVATE KEY-----"});
  EXPECT_EQ(kSshKey.parse("-----BEGIN OPENSSH PRIVATE KEY----- b3Blbn").error().message,
            "this is a private key: keep it secret");
  EXPECT_EQ(ssh_key_identity(ed25519 + " a b"), ed25519);
}

TEST(Values, locales) {
  expect(kLocale, {"C.UTF-8", "C", "de_DE.UTF-8", "ca_ES.UTF-8@valencia", "fil_PH.UTF-8"},
         {"", "de_XX.UTF-8", "de_DE", "de_DE.ISO-8859-1", "de.UTF-8", "DE_de.UTF-8", "de_DE.utf8",
          "de_DE.UTF-8@", "../etc.UTF-8"});
}

TEST(Values, time_zones) {
  expect(kTimeZone,
         {"Etc/UTC", "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+5",
          "America/Port-au-Prince", "US/Pacific"},
         {"", "europe/berlin", "Europe/Berln", "Mars/Base", "Europe/", "/Etc/UTC", "Etc//UTC",
          "../../etc/passwd", "Etc/../UTC", "Europe/Ber lin", "+05:00"});
}

TEST(Values, node_names) {
  expect(kNodePrefix, {"n", "node-", "rack1-n"}, {"", "n1", "N", "-n", "n_", "n."});
  expect(kDigits, {"1", "3", "6"}, {"", "0", "7", "03", "-1", "3.0", "three"});
}

TEST(Values, lengths_of_time) {
  expect(kTimeLimit, {"30 min", "2h", "1 d 12 h", "unlimited"},
         {"", "30", "0", "0 min", "1:30", "-1 h", "for ever", "2 months"});
  EXPECT_EQ(kTimeLimit.parse("unlimited").value().count(), 0);
  EXPECT_EQ(kTimeLimit.show(std::chrono::seconds(0)), "unlimited");
}

TEST(Values, lengths_of_time_of_jobs_are_also_as_slurm_writes_them) {
  expect(kJobTime,
         {"30 min", "unlimited", "UNLIMITED", "infinite", "90", "90:30", "24:00:00", "7-12",
          "7-00:00:00", "1 d 12 h"},
         {"", "0", "0:00", "for ever", "1:2:3:4", "7-", "-1", "2 months", "1.5"});
  EXPECT_EQ(kJobTime.parse("90").value(), std::chrono::minutes(90));
  EXPECT_EQ(kJobTime.show(kJobTime.parse("7-00:00:00").value()), "1 w");
  EXPECT_EQ(kJobTime.show(kJobTime.parse("INFINITE").value()), "unlimited");
  EXPECT_EQ(kTimeLimit.parse("infinite").error().hint.substr(0, 27), "did you mean 'unlimited'? a");
}

TEST(Values, kernel_arguments) {
  expect(kKernelArgument,
         {"quiet", "console=ttyS0,115200n8", "ip=10.0.0.1::10.0.0.2:255.0.0.0", "memmap=4G!8G",
          "memmap=4G$8G", "foo.bar=/dev/x"},
         {"", "a b", "a=\"b\"", "a='b'", "a\\b", "a${b}", "=x", "--", "---", "ü", kNul,
          std::string(257, 'a')});
}

TEST(Values, packages) {
  expect(kPackage, {"gdb", "g++", "libstdc++6", "python3.13", "0ad", "libfftw3-double3"},
         {"", "a", "GDB", "-a", "+a", "a_b", "a b", "gdb=1.0", "gdb/sid", "gdb-", "../x", "a;b"});
}

TEST(Values, users) {
  expect(kUserName, {"ada", "_svc", "a-b_c1", "ada.lovelace"},
         {"", "Ada", "1a", "-a", ".a", "a.", "a b", "a$", "ä", std::string(33, 'a')});
  expect(kUid, {"1000", "9998", "59999", "65536", "2000200000"},
         {"", "0", "999", "9999", "60000", "61184", "65534", "65535", "01000", "1e3", "2000200001",
          "4294967295", "4294967296"});
  expect(kFullName, {"Ada Lovelace", "Zoë", ""},
         {"a:b", "a,b", "a\nb", "\x1b[2J", std::string(129, 'a')});
}

TEST(Values, versions) {
  expect(kVersion, {"1.0.0", "0.10.3", "2.0.0-rc.1", "1.0.0-x-y"},
         {"", "1", "1.0", "1.0.0.0", "01.0.0", "1.0.0-", "1.0.0-a..b", "v1.0.0", "1.0.0 ", "1.0.x",
          "1.0.0-a_b", "1..0", "1.0.0+b"});
}

TEST(Values, mount_points) {
  expect(kMountPoint, {"/home", "/srv/data-1", "/a.b/c_d"},
         {"", "/", "home", "/home/", "//home", "/a/../b", "/a/./b", "/a b", "/a\n", "/a$b",
          "/" + std::string(255, 'a')});
}

TEST(Values, partitions) {
  expect(kPartition, {"all", "GPU_1", "a-b"},
         {"", "default", "DEFAULT", "1a", "a b", "a,b", "a=b"});
}

TEST(Values, node_sets_are_kept_in_their_shortest_form) {
  expect(kNodeSet, {"n[001-016]", "n1,rack2n3"}, {"", "n[3-", "@rack1", "n[1-9999999]", "n1 &"});
  EXPECT_EQ(kNodeSet.parse("n[001-004,005]!n002").value_or("none"), "n[001,003-005]");
}

}  // namespace
}  // namespace muster::spec
