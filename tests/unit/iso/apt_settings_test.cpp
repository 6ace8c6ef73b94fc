#include "iso/apt_settings.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace muster::iso {
namespace {

TEST(AptSettings, are_what_is_needed_to_reach_an_archive) {
  EXPECT_EQ(parse_apt_settings("APT \"\";\n"
                               "APT::Install-Recommends \"false\";\n"
                               "APT::Get::AllowUnauthenticated \"true\";\n"
                               "Acquire \"\";\n"
                               "Acquire::Languages:: \"none\";\n"
                               "Acquire::Check-Date \"false\";\n"
                               "Acquire::http \"\";\n"
                               "Acquire::http::Proxy \"http://proxy.example:3142\";\n"
                               "Acquire::http::Proxy::near.example \"DIRECT\";\n"
                               "Acquire::https::CaInfo \"/etc/ours.crt\";\n"),
            (AptSettings{{"APT::Get::AllowUnauthenticated", "true"},
                         {"Acquire::Check-Date", "false"},
                         {"Acquire::http::Proxy", "http://proxy.example:3142"},
                         {"Acquire::http::Proxy::near.example", "DIRECT"},
                         {"Acquire::https::CaInfo", "/etc/ours.crt"}}));
}

TEST(AptSettings, are_a_file_that_apt_reads_as_the_same) {
  const AptSettings settings = {{"Acquire::Retries", "5"}, {"Acquire::http::Proxy", "http://p:1"}};
  EXPECT_EQ(render_apt_settings(settings),
            "Acquire::Retries \"5\";\nAcquire::http::Proxy \"http://p:1\";\n");
  EXPECT_EQ(parse_apt_settings(render_apt_settings(settings)), settings);
}

/// Answers as `apt-config dump` does.
class Config : public os::CommandRunner {
 public:
  explicit Config(std::string text) : text_(std::move(text)) {}
  Result<os::CommandResult> run(const os::Command&) override {
    return os::CommandResult{.out = text_};
  }

 private:
  std::string text_;
};

TEST(AptSettings, let_root_fetch_only_where_a_connection_needs_a_key_of_roots) {
  const AptSetting root = {"APT::Sandbox::User", "root"};
  Config plain("Acquire::https::CaInfo \"/etc/ours.crt\";\n");
  const auto settings = read_apt_settings(plain);
  ASSERT_TRUE(settings);
  EXPECT_FALSE(std::ranges::contains(*settings, root));
  Config key("Acquire::https::m.example::SslKey \"/etc/own.key\";\n");
  const auto with_key = read_apt_settings(key);
  ASSERT_TRUE(with_key);
  EXPECT_TRUE(std::ranges::contains(*with_key, root));
}

/// Answers as apt-helper of apt 3.0 does.
class Helper : public os::CommandRunner {
 public:
  Result<os::CommandResult> run(const os::Command& command) override {
    asked.push_back(command.argv.back());
    return os::CommandResult{.out = answer};
  }
  std::string answer = "Using proxy 'http://found:3142' for URL 'http://m.example:80/debian/'\n";
  std::vector<std::string> asked;
};

TEST(AptSettings, have_the_proxy_that_a_program_of_this_machine_found) {
  Helper helper;
  AptSettings settings = {{"Acquire::http::Proxy-Auto-Detect", "/usr/bin/find-proxy"}};
  ASSERT_TRUE(add_detected_proxy(helper, "http://m.example:80/debian/", settings));
  ASSERT_TRUE(add_detected_proxy(helper, "https://s.example/", settings));
  EXPECT_EQ(helper.asked, std::vector<std::string>{"http://m.example:80/debian/"});
  ASSERT_EQ(settings.size(), 2U);
  EXPECT_EQ(settings[1], (AptSetting{"Acquire::http::Proxy::m.example", "http://found:3142"}));
}

TEST(AptSettings, ask_no_program_where_none_is_named) {
  Helper helper;
  AptSettings settings;
  ASSERT_TRUE(add_detected_proxy(helper, "http://m.example/", settings));
  EXPECT_TRUE(helper.asked.empty() && settings.empty());
}

}  // namespace
}  // namespace muster::iso
