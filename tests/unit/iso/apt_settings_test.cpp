#include "iso/apt_settings.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::iso {
namespace {

TEST(AptSettings, are_what_is_needed_to_reach_an_archive) {
  EXPECT_EQ(parse_apt_settings("APT \"\";\n"
                               "APT::Install-Recommends \"false\";\n"
                               "Acquire \"\";\n"
                               "Acquire::Languages:: \"none\";\n"
                               "Acquire::Check-Date \"false\";\n"
                               "Acquire::http \"\";\n"
                               "Acquire::http::Proxy \"http://proxy.example:3142\";\n"
                               "Acquire::http::Proxy::near.example \"DIRECT\";\n"
                               "Acquire::https::CaInfo \"/etc/ours.crt\";\n"),
            (AptSettings{{"Acquire::Check-Date", "false"},
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

TEST(AptSettings, in_another_root_name_files_that_are_there) {
  const auto scratch = os::TemporaryDirectory::make();
  ASSERT_TRUE(scratch);
  const auto certificate = scratch->path() / "ca.crt";
  ASSERT_TRUE(os::write_file(certificate, "CA"));
  const auto inside = copy_certificates({{"Acquire::http::Proxy", "http://p:1"},
                                         {"Acquire::https::CaInfo", certificate.string()},
                                         {"Acquire::https::SslKey", "/root/key"}},
                                        scratch->path() / "root", "run/apt");
  ASSERT_TRUE(inside);
  EXPECT_EQ(*inside, (AptSettings{{"Acquire::http::Proxy", "http://p:1"},
                                  {"Acquire::https::CaInfo", "/run/apt/certificates-1"}}));
  EXPECT_EQ(os::read_file(scratch->path() / "root/run/apt/certificates-1").value(), "CA");
}

}  // namespace
}  // namespace muster::iso
