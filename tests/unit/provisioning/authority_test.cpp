#include "provisioning/authority.h"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

#include "core/base/text.h"
#include "core/os/command.h"
#include "core/os/files.h"
#include "core/os/handle.h"

namespace muster::provisioning {
namespace {

class AuthorityTest : public testing::Test {
 protected:
  /// What openssl says of a certificate.
  std::string dates_of(const std::string& certificate) {
    os::PosixCommandRunner runner;
    return run_checked(runner, {.argv = {"openssl", "x509", "-noout", "-startdate", "-enddate"},
                                .input = certificate})
        .value_or("openssl failed");
  }
  /// An authority that is valid at another time only, as the stock tool makes it.
  void make_authority(const std::string& from, const std::string& to) {
    os::PosixCommandRunner runner;
    const std::string key = directory_->path() / "ca.key";
    ASSERT_TRUE(run_checked(runner, {.argv = {"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                                              "ec_paramgen_curve:P-256", "-out", key}}));
    const auto made = run_checked(
        runner, {.argv = {"openssl", "req", "-x509", "-key", key, "-subj", "/CN=old", "-not_before",
                          from, "-not_after", to, "-out", directory_->path() / "ca.crt"}});
    ASSERT_TRUE(made) << made.error().text();
  }
  Result<Authority> open(Dependents dependents = Dependents::none) {
    return Authority::open(directory_->path(), "test", dependents);
  }

  Result<os::TemporaryDirectory> directory_ = os::TemporaryDirectory::make();
};

constexpr const char* kForEver =
    "notBefore=Jan  1 00:00:00 2020 GMT\nnotAfter=Dec 31 23:59:59 9999 GMT\n";

TEST_F(AuthorityTest, no_clock_of_a_head_is_outside_its_time) {
  const auto authority = open();
  ASSERT_TRUE(authority) << authority.error().text();
  EXPECT_EQ(dates_of(authority->certificate()), kForEver);
  EXPECT_TRUE(authority->check_time());
}

TEST_F(AuthorityTest, a_server_whose_head_starts_with_a_wrong_clock_is_believed_when_it_is_set) {
  const auto issued = open().value().issue_server(make_request().value().request, {"DNS:head"});
  ASSERT_TRUE(issued) << issued.error().text();
  EXPECT_EQ(dates_of(issued->certificate), kForEver);
}

TEST_F(AuthorityTest, a_node_may_be_certified_by_a_head_whose_clock_was_ahead) {
  const auto issued =
      open().value().issue_client(make_request().value().request, "n1", std::chrono::hours(168));
  ASSERT_TRUE(issued);
  EXPECT_TRUE(dates_of(issued->certificate).starts_with("notBefore=Jan  1 00:00:00 2020 GMT\n"));
  EXPECT_FALSE(dates_of(issued->certificate).contains("9999")) << "a node's certificate has an end";
}

TEST_F(AuthorityTest, one_that_is_not_valid_now_is_made_anew_while_nobody_depends_on_it) {
  for (const auto& [from, to] : {std::pair{"20360101000000Z", "20460101000000Z"},
                                 std::pair{"20100101000000Z", "20110101000000Z"}}) {
    make_authority(from, to);
    const auto authority = open(Dependents::none);
    ASSERT_TRUE(authority) << authority.error().text();
    EXPECT_EQ(dates_of(authority->certificate()), kForEver) << from;
  }
}

TEST_F(AuthorityTest, one_on_which_nodes_depend_is_kept_and_told) {
  make_authority("20360101000000Z", "20460101000000Z");
  const std::string before = os::read_file(directory_->path() / "ca.crt").value();
  const auto authority = open(Dependents::some);
  ASSERT_TRUE(authority) << authority.error().text();
  EXPECT_EQ(authority->certificate(), before);
  const Status valid = authority->check_time();
  ASSERT_FALSE(valid);
  EXPECT_TRUE(valid.error().hint.contains("date --set")) << valid.error().text();
}

TEST_F(AuthorityTest, a_key_without_its_certificate_is_made_anew_only_while_nobody_depends_on_it) {
  ASSERT_TRUE(open());
  // Another key, as when the power failed between the two files.
  ASSERT_TRUE(os::write_file(directory_->path() / "ca.key", make_request().value().key));
  const auto refused = open(Dependents::some);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("do not match")) << refused.error().text();
  EXPECT_TRUE(open(Dependents::none));
  EXPECT_TRUE(open(Dependents::some)) << "both files are new";
}

TEST_F(AuthorityTest, one_that_is_in_no_file_is_the_same_when_it_was_saved) {
  EXPECT_TRUE(Authority::is_missing(directory_->path()));
  const auto made = Authority::make("test");
  ASSERT_TRUE(made) << made.error().text();
  ASSERT_TRUE(made->save(directory_->path()));
  EXPECT_FALSE(Authority::is_missing(directory_->path()));
  EXPECT_EQ(open(Dependents::some).value().certificate(), made->certificate());
}

TEST_F(AuthorityTest, a_server_keeps_its_key_and_certificate_only_while_they_serve) {
  const std::vector<std::string> names = {"DNS:head", "IP:10.42.0.1"};
  const auto authority = open().value();
  const auto request = make_request().value();
  const std::string certificate = authority.issue_server(request.request, names)->certificate;
  const std::string pem = request.key + certificate;
  EXPECT_TRUE(authority.check_server(pem, names));
  const auto why_not = [&](const Authority& by, const std::string& text,
                           const std::vector<std::string>& wanted) {
    const Status serves = by.check_server(text, wanted);
    return serves ? "serves" : serves.error().message;
  };
  EXPECT_EQ(why_not(authority, pem, {"DNS:head"}), "the server's certificate is for other names");
  EXPECT_EQ(why_not(authority, make_request()->key + certificate, names),
            "the server's key does not belong to its certificate");
  EXPECT_EQ(why_not(Authority::make("test").value(), pem, names),
            "the server's certificate is of another authority");
  EXPECT_FALSE(authority.check_server(certificate, names)) << "there is no key";
  EXPECT_FALSE(authority.check_server(pem.substr(0, pem.size() - 40), names)) << "it is cut off";
}

TEST_F(AuthorityTest, issues_from_several_threads_at_once) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  const auto authority = open();
  ASSERT_TRUE(authority);
  const std::string request = make_request().value().request;
  std::array<std::vector<std::string>, kThreads> issued;
  {
    std::vector<std::jthread> threads;
    for (auto& mine : issued) {
      threads.emplace_back([&] {
        for (int i = 0; i < kEach; ++i) {
          const auto one = authority->issue_client(request, "n1", std::chrono::hours(1));
          mine.push_back(one ? one->certificate : "refused");
        }
      });
    }
  }
  os::PosixCommandRunner runner;
  for (const auto& mine : issued) {
    ASSERT_TRUE(os::write_file(directory_->path() / "last.crt", mine.back()));
    const auto verified =
        run_checked(runner, {.argv = {"openssl", "verify", "-CAfile", directory_->path() / "ca.crt",
                                      directory_->path() / "last.crt"}});
    EXPECT_TRUE(verified) << verified.error().text();
    EXPECT_EQ(std::ranges::count(mine, "refused"), 0);
  }
}

/// This process's standard input, while it lives: `text`, and no terminal.
class StandardInput {
 public:
  explicit StandardInput(std::string_view text) : before_(dup(0)) {
    std::array<int, 2> ends{};
    CHECK(pipe(ends.data()) == 0 && dup2(ends[0], 0) == 0);
    CHECK(write(ends[1], text.data(), text.size()) == std::ssize(text));
    close(ends[0]);
    close(ends[1]);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;
  ~StandardInput() { dup2(before_.get(), 0); }

  /// What nobody read.
  static std::string rest() {
    std::array<char, 64> buffer{};
    const ssize_t count = read(0, buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }

 private:
  os::Handle before_;
};

TEST_F(AuthorityTest, a_request_that_is_encrypted_is_refused_and_nobody_is_asked_for_a_password) {
  const auto authority = open();
  ASSERT_TRUE(authority);
  std::string request = make_request().value().request;
  const std::string first = "-----BEGIN CERTIFICATE REQUEST-----\n";
  ASSERT_TRUE(request.starts_with(first));
  request.insert(first.size(),
                 "Proc-Type: 4,ENCRYPTED\n"
                 "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\n");
  const StandardInput input("a word\n");
  const auto refused = authority->issue_client(request, "n1", std::chrono::hours(1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::invalid) << "the node's fault, and not the head's";
  EXPECT_EQ(StandardInput::rest(), "a word\n");
}

TEST_F(AuthorityTest, one_that_is_valid_is_never_made_anew) {
  make_authority("20200101000000Z", "20990101000000Z");
  const std::string before = os::read_file(directory_->path() / "ca.crt").value();
  EXPECT_EQ(open(Dependents::none).value().certificate(), before);
}

TEST_F(AuthorityTest, a_request_that_is_damaged_or_for_another_kind_of_key_is_the_senders_fault) {
  os::PosixCommandRunner runner;
  const auto made = run_checked(
      runner, {.argv = {"openssl", "req", "-new", "-newkey", "ed25519", "-nodes", "-keyout",
                        directory_->path() / "other.key", "-subj", "/CN=a"}});
  ASSERT_TRUE(made) << made.error().text();
  std::string damaged = make_request().value().request;
  damaged.resize(damaged.size() / 2);
  for (const std::string& request : {std::string(), std::string("nonsense"), damaged, *made}) {
    const auto issued = open().value().issue_client(request, "n1", std::chrono::hours(168));
    ASSERT_FALSE(issued) << request;
    EXPECT_EQ(issued.error().kind, ErrorKind::invalid) << request;
  }
}

}  // namespace
}  // namespace muster::provisioning
