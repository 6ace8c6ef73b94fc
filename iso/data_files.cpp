#include "iso/data_files.h"

#include <format>
#include <optional>
#include <set>
#include <sstream>

#include "core/base/text.h"
#include "core/os/files.h"

namespace muster::iso {
namespace {

std::optional<SystemAccount> parse_account(const std::vector<std::string>& fields) {
  if (fields.size() < 4) return std::nullopt;
  const auto gid = parse_number(fields[2]);
  if (!gid || *gid > 65535) return std::nullopt;
  SystemAccount account{.name = fields[0],
                        .uid = std::nullopt,
                        .gid = static_cast<std::uint32_t>(*gid),
                        .group = fields[3],
                        .home = fields.size() > 4 ? fields[4] : "/nonexistent"};
  if (fields[1] == "-") return account;
  const auto uid = parse_number(fields[1]);
  if (!uid || *uid > 65535) return std::nullopt;
  account.uid = static_cast<std::uint32_t>(*uid);
  return account;
}

}  // namespace

std::vector<std::string> words(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> found;
  for (std::string word; stream >> word;) found.push_back(word);
  return found;
}

std::vector<std::string> parse_list(std::string_view text) {
  std::vector<std::string> entries;
  for (const auto& line : lines(text)) {
    const auto entry = trim(std::string_view(line).substr(0, line.find('#')));
    if (!entry.empty()) entries.emplace_back(entry);
  }
  return entries;
}

Result<std::vector<SystemAccount>> parse_accounts(std::string_view text) {
  std::vector<SystemAccount> accounts;
  std::set<std::uint32_t> uids;
  for (const auto& line : parse_list(text)) {
    auto account = parse_account(words(line));
    if (!account) {
      return fail(std::format("bad account '{}'", line), "write NAME UID GID GROUP HOME");
    }
    if (account->uid && !uids.insert(*account->uid).second) {
      return fail(
          std::format("account '{}' has the number {} of another", account->name, *account->uid),
          "give it a number of its own");
    }
    accounts.push_back(std::move(*account));
  }
  return accounts;
}

std::string render_dpkg_excludes(const std::vector<std::string>& patterns) {
  std::string text = "force-unsafe-io\n";
  for (const auto& pattern : patterns) {
    text += pattern.starts_with('+') ? std::format("path-include={}\n", pattern.substr(1))
                                     : std::format("path-exclude={}\n", pattern);
  }
  return text;
}

AccountFiles render_accounts(const std::vector<SystemAccount>& accounts) {
  AccountFiles files;
  for (const auto& account : accounts) {
    if (account.uid) {
      files.passwd += std::format("{}:x:{}:{}::{}:/usr/sbin/nologin\n", account.name, *account.uid,
                                  account.gid, account.home);
      files.shadow += std::format("{}:!:1::::::\n", account.name);
    }
    if (account.group == account.name) {
      files.group += std::format("{}:x:{}:\n", account.group, account.gid);
      files.gshadow += std::format("{}:!::\n", account.group);
    }
  }
  return files;
}

std::vector<std::string> DataFiles::list(const std::string& name) const {
  const auto found = texts.find(name);
  return found == texts.end() ? std::vector<std::string>{} : parse_list(found->second);
}

Result<DataFiles> read_data_files(const std::filesystem::path& directory) {
  DataFiles data{.directory = directory, .texts = {}};
  TRY_ASSIGN(const auto names, os::list_directory(directory));
  for (const auto& name : names) {
    if (!name.ends_with(".list") && !name.ends_with(".exclude")) continue;
    TRY_ASSIGN(data.texts[name], os::read_file(directory / name));
  }
  if (!data.texts.contains("base.list")) {
    return fail(std::format("no layer recipes in '{}'", directory.string()),
                "give their directory with --data DIR");
  }
  return data;
}

}  // namespace muster::iso
