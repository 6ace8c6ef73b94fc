#pragma once
// An installed extension, and a host that answers for it.

#include <gtest/gtest.h>

#include "control/extensions.h"
#include "core/crypto/hash.h"
#include "core/os/files.h"
#include "core/os/pause.h"
#include "core/os/unix_socket.h"
#include "extensions/host.h"
#include "tests/unit/control/extension_sample.h"

namespace muster::control {

using namespace std::chrono_literals;
using extensions::Grant;
using nlohmann::json;

/// An installed extension, a store, and a host that answers with `answer`.
class ExtensionsTest : public testing::Test {
 protected:
  void SetUp() override { install(); }

  void install() {
    const std::string text =
        "schema: 1\nname: motd\nversion: 1.0.0\napi: 1\ntype: tool\nlanguage: shell\nsummary: A "
        "test\n"
        "maintainer: A <a@b.org>\nlicense: MIT\nhooks: [configure]\nreads: [" +
        reads_ +
        "]\n"
        "settings:\n  - name: greeting\n    type: text\n    default: Welcome.\n    about: a "
        "test\n"
        "archive:\n  sha256: " +
        std::string(64, 'a') +
        "\n  size: 1\nfiles:\n  - path: hooks/configure\n    size: 1\n"
        "    executable: yes\n    sha256: " +
        std::string(64, 'a') + "\n";
    grant_ = grant_of_motd();
    grant_.specification = crypto::sha256(text);
    ASSERT_TRUE(
        os::write_file(store_path() / "motd" / grant_.directory() / "specification.yaml", text));
    write_grant();
  }
  void write_grant() {
    ASSERT_TRUE(os::write_file(store_path() / "motd/grant.json", extensions::render_grant(grant_)));
  }
  std::filesystem::path store_path() const { return scratch_.path() / "store"; }

  std::unique_ptr<Extensions> open() {
    auto made = std::make_unique<Extensions>(Extensions::Sources{
        .decisions = decisions_,
        .store = store_path(),
        .hosts = hosts_,
        .cluster = {{"name", cluster_}},
        .nodes = [this] { return std::make_shared<const ExtensionNodes::Told>(nodes_); },
        .users = [this] { return users_; },
        .check_steps = [this](const ExtensionSteps& steps) { return check_fits(steps.on_nodes); },
        .refused_on_head = [this](const auto&) { return refused_; }});
    made->load(lost_);
    return made;
  }
  Status check_fits(const plan::Plan& steps) const {
    for (const plan::Step& step : steps.steps) {
      if (std::get<plan::WriteFile>(step).content == unfit_) return fail("two owners");
    }
    return {};
  }
  /// The host answers one question with this; `told` is what it was asked.
  Status with_host(const json& output, json& told, const std::function<Status()>& ask) {
    const os::Handle listener = os::listen_unix(scratch_.path() / "motd.sock").value();
    const std::jthread host([&] {
      os::LineChannel channel(os::accept_unix(listener).value());
      const auto question = extensions::parse_question(channel.receive_line(os::in(20s)).value());
      told = question->input;
      EXPECT_TRUE(channel.send_line(
          extensions::render_answer({.id = question->id, .output = output}), os::in(20s)));
    });
    return ask();
  }
  void refresh(Extensions& all, const json& output) {
    json told;
    EXPECT_TRUE(with_host(output, told, [&] { return all.refresh("motd"); }));
  }
  Status configure(Extensions& all, const Extensions::Chosen& chosen, const json& output,
                   json& told) {
    return with_host(output, told, [&] { return all.configure("motd", chosen); });
  }
  static json answer(const std::string& content) {
    return {{"node", {file("/etc/motd", {{"content", content}})}}};
  }
  static std::string content(const Extensions& all) {
    const plan::Plan plan = all.on_nodes();
    return plan.steps.empty() ? "" : std::get<plan::WriteFile>(plan.steps.at(0)).content;
  }

  os::TemporaryDirectory scratch_ = os::TemporaryDirectory::make().value();
  std::unique_ptr<state::Store> store_ = state::open_sqlite_store(":memory:").value();
  Decisions decisions_{*store_, [] { return 0; }};
  extensions::Hosts hosts_{scratch_.path()};
  ExtensionNodes::Told nodes_;
  std::shared_ptr<const ExtensionUsers::Told> users_;
  Grant grant_;
  /// Of its specification.
  std::string reads_;
  std::string cluster_ = "c";
  /// What does not fit beside all other steps.
  std::string unfit_;
  std::map<std::string, Error, std::less<>> refused_;
  std::vector<Error> lost_;
};

}  // namespace muster::control
