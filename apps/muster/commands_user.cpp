// user: add, set, remove, list. The same account on the head and on every node.

#include <algorithm>
#include <chrono>
#include <format>
#include <memory>
#include <optional>
#include <print>

#include "apps/muster/applied.h"
#include "apps/muster/client.h"
#include "apps/muster/commands.h"
#include "apps/muster/confirm.h"
#include "apps/muster/job_guard.h"
#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::cli {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

/// A step of the head's plan may take minutes.
constexpr auto kPatience = 30s;

struct UserOptions {
  std::string name;
  std::string full_name;
  std::optional<std::uint32_t> uid;
  std::vector<std::string> keys;
  std::string key_file;
  bool no_keys = false;
  bool force = false;
  ConfirmOptions confirm;
};

/// The keys that were given as words and those of the file.
Result<std::vector<std::string>> keys_of(const UserOptions& options) {
  std::vector<std::string> keys = options.keys;
  if (options.key_file.empty()) return keys;
  TRY_ASSIGN(const std::string file, os::read_file(options.key_file, 1U << 20U));
  const auto text = decode_text(file);
  if (!text) return wrap(options.key_file, text.error());
  for (const std::string& line : lines(*text)) {
    // Files from other systems end their lines with a carriage return as well.
    const std::string_view key = trim(line);
    if (!key.empty() && !key.starts_with('#')) keys.emplace_back(key);
  }
  return keys;
}

bool is_on_head(const std::string& name) {
  const auto user = call_head("GET", "/v1/users/" + url_encode(name));
  return user && user->at("on_head").get<bool>();
}

/// Adds a user, or gives one that is there other keys or another name.
int send_user(const UserOptions& options, const std::string& method) {
  const auto keys = keys_of(options);
  if (!keys) return report(keys.error());
  if (options.no_keys && !keys->empty()) {
    return report({.message = "keys and --no-ssh-keys exclude each other", .hint = "leave one out"},
                  kUsage);
  }
  json body = {{"name", options.name}, {"full_name", options.full_name}};
  if (options.no_keys || !keys->empty()) body["ssh_keys"] = *keys;
  if (options.uid) body["uid"] = *options.uid;
  auto answer = call_head(method, "/v1/users", body);
  if (!answer) return report(answer.error());
  const auto waited = wait_until_applied(answer->at("applying").get<std::uint64_t>(), kPatience);
  if (!waited) return report(waited.error());
  answer->erase("applying");
  (*answer)["on_head"] = is_on_head(options.name);
  print_answer(*answer, std::format("{} has number {} and home {}", text_of(*answer, "name"),
                                    answer->value("uid", 0U), text_of(*answer, "home")));
  if (!answer->at("on_head").get<bool>()) {
    return report(
        {.message = "the account is not on the head yet", .hint = "'muster status' says why"});
  }
  return kDone;
}

int change_user(const UserOptions& options) {
  const bool nothing = options.keys.empty() && options.key_file.empty() && !options.no_keys &&
                       options.full_name.empty();
  if (nothing) {
    return report({.message = std::format("there is nothing to change of '{}'", options.name),
                   .hint = "'muster user set --help' lists what may be changed"},
                  kUsage);
  }
  return send_user(options, "PUT");
}

int list_users() {
  const auto answer = call_head("GET", "/v1/users");
  if (!answer) return report(answer.error());
  if (form() == Form::json) {
    print_json(answer->dump(2));
    return kDone;
  }
  std::vector<std::vector<std::string>> rows = {{"NAME", "UID", "HOME", "KEYS", "FULL NAME"}};
  for (const json& user : answer->at("users")) {
    rows.push_back({text_of(user, "name"), std::to_string(user.value("uid", 0U)),
                    text_of(user, "home"), std::to_string(user.at("ssh_keys").size()),
                    text_of(user, "full_name")});
  }
  std::print("{}", render_table(rows));
  return kDone;
}

Deed removal_of(const std::string& user) {
  return {.what = std::format("take the account '{}' away from the head and every node", user),
          .consequence = std::format("jobs of {} end, and /home/{} is kept", user, user),
          .answer = {{"removed", user}}};
}

int remove_one(const UserOptions& options) {
  os::PosixCommandRunner runner;
  const Status idle = options.force ? Status() : refuse_while_jobs_run_of(runner, options.name);
  if (!idle) return report(idle.error());
  const Deed deed = removal_of(options.name);
  if (const auto status = stop_before(deed, options.confirm)) return *status;
  const auto answer = call_head("DELETE", "/v1/users/" + url_encode(options.name));
  if (!answer) return report(answer.error());
  return print_answer(deed.answer,
                      std::format("{} is removed; /home/{} is kept", options.name, options.name));
}

int rebuild(const UserOptions& options) {
  const Deed deed{.what = "make the stored users anew of the head's last plan",
                  .consequence =
                      "what cannot be read is put aside, and numbers of people who left "
                      "are not known any more",
                  .answer = {{"rebuilt", true}}};
  if (const auto status = stop_before(deed, options.confirm)) return *status;
  const auto answer = call_head("POST", "/v1/users/rebuild");
  if (!answer) return report(answer.error());
  return print_answer(deed.answer,
                      "the users are those of the head's last plan; 'muster user list' "
                      "shows them");
}

/// What is known of a user beside name and number.
void add_description(CLI::App& verb, UserOptions& options) {
  verb.add_option("--full-name", options.full_name, "for people");
  verb.add_option("--ssh-key", options.keys, "an SSH public key; may be repeated");
  verb.add_option("--ssh-key-file", options.key_file, "a file of SSH public keys")
      ->type_name(value::kFile);
  add_json(verb);
}

}  // namespace

void add_user(CLI::App& app, Session& session) {
  CLI::App* const noun = app.add_subcommand("user", "the people of the cluster");
  noun->require_subcommand(1);
  const auto options = std::make_shared<UserOptions>();
  CLI::App* const add = noun->add_subcommand("add", "the same account on the head and every node");
  add->add_option("name", options->name, "login name")->required();
  add->add_option("--uid", options->uid, "number; the next free one when absent");
  add_description(*add, *options);
  on_run_at_head(*add, session, [options] { return send_user(*options, "POST"); });
  CLI::App* const set = noun->add_subcommand("set", "other keys, or another full name");
  set->add_option("name", options->name, "login name")->type_name(value::kUser)->required();
  add_description(*set, *options);
  set->add_flag("--no-ssh-keys", options->no_keys, "take all keys away");
  on_run_at_head(*set, session, [options] { return change_user(*options); });
  CLI::App* const remove =
      noun->add_subcommand("remove", "take the account away; the home is kept");
  remove->add_option("name", options->name, "login name")->type_name(value::kUser)->required();
  remove->add_flag("--force", options->force, "also a user whose jobs run: these end");
  options->confirm.add_to(*remove);
  add_json(*remove);
  on_run_at_head(*remove, session, [options] { return remove_one(*options); });
  CLI::App* const anew = noun->add_subcommand(
      "rebuild", "when the stored users cannot be read: those of the last plan");
  options->confirm.add_to(*anew);
  add_json(*anew);
  on_run_at_head(*anew, session, [options] { return rebuild(*options); });
  CLI::App* const list = noun->add_subcommand("list", "all users");
  add_json(*list);
  on_run_at_head(*list, session, list_users);
}

}  // namespace muster::cli
