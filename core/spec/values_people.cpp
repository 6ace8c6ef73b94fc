// The values that are about people: names, numbers, keys.

#include <algorithm>
#include <array>
#include <format>

#include "core/base/text.h"
#include "core/spec/codecs.h"
#include "core/spec/rules.h"
#include "core/spec/system_accounts.h"
#include "core/spec/values.h"

namespace muster::spec {

using namespace codecs;

namespace {

constexpr std::string_view kMakeKey =
    "make one with 'ssh-keygen -t ed25519' and write the line of "
    "its '.pub' file";

/// What people write in place of a public key, and what to do then.
std::optional<Error> known_mistake(std::string_view text) {
  if (text.contains("PRIVATE KEY")) {
    return Error{"this is a private key: keep it secret", "write the line of the '.pub' file"};
  }
  if (text.contains("AAAA…") || text.contains("AAAA...")) {
    return Error{"this is still the sample of the file, and no key",
                 "write the line of your own '.pub' file; 'ssh-keygen -t ed25519' makes one"};
  }
  if (text.starts_with("ssh-dss ")) {
    return Error{"this is a DSA key, which OpenSSH takes no longer", std::string(kMakeKey)};
  }
  if (text.contains("-cert-v01@openssh.com ")) {
    return Error{"this is a certificate, not a key", "write the line of the '.pub' file"};
  }
  if (text.contains("BEGIN SSH2 PUBLIC KEY")) {
    return Error{"this is a key in the form of RFC 4716",
                 "convert it with 'ssh-keygen -i -f FILE', which prints one line"};
  }
  if (text.ends_with(".pub") && !text.contains(' ')) {
    return Error{std::format("'{}' is the name of a file", printable(text, 80)),
                 "write the line that is in the file"};
  }
  for (const std::string_view type : ssh_key_types()) {
    const std::size_t found = text.find(std::format(" {} ", type));
    if (found == std::string_view::npos || !is_ssh_key(text.substr(found + 1))) continue;
    return Error{"there are options before the key",
                 std::format("write the line from '{}' on", type)};
  }
  return std::nullopt;
}

Result<std::string> parse_ssh_key(std::string_view text) {
  if (is_ssh_key(text)) return std::string(text);
  if (auto mistake = known_mistake(text)) return std::unexpected(std::move(*mistake));
  return refuse(text, kSshKey.type);
}

Result<std::string> parse_user_name(std::string_view text) {
  if (is_user_name(text)) return std::string(text);
  const std::string meant = lower(text);
  return refuse(text, kUserName.type, is_user_name(meant) ? meant : "");
}

constexpr std::array<NumberRange, 2> kNoPerson = {
    {{kCheckUid, kCheckUid}, {kLastSmallUid + 1, kFirstLargeUid - 1}}};

Result<std::uint32_t> parse_uid(std::string_view text) {
  const auto number = parse_number(text);
  if (number == kCheckUid) {
    return fail(std::format("{} is the number of the account '{}'", kCheckUid, kCheckUser),
                "write another number, or leave the key out to get the next free one");
  }
  const bool padded = text.size() > 1 && text.starts_with('0');
  if (!number || padded || !is_person_uid(*number)) return refuse(text, kUid.type);
  return static_cast<std::uint32_t>(*number);
}

std::string show_uid(const std::uint32_t& value) { return std::format("{}", value); }

}  // namespace

constinit const Codec<std::string> kSshKey = {
    {.name = "an OpenSSH public key",
     .allowed = "the line of a '.pub' file, such as 'ssh-ed25519 AAAA… ada@desk', without options",
     .pattern = "^(ssh|ecdsa-sha2|sk-ssh|sk-ecdsa-sha2)-[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,2}( .*)?$"},
    parse_ssh_key,
    same};

constinit const Codec<std::string> kUserName = {
    {.name = "a user name",
     .allowed =
         "lower-case letters, digits, '-', '_' and inner '.', a letter or '_' first, at most "
         "32",
     .pattern = "^[a-z_]([a-z0-9_.-]{0,30}[a-z0-9_-])?$"},
    parse_user_name,
    same};

constinit const Codec<std::uint32_t> kUid = {
    {.name = "a user number for people",
     .allowed = "a whole number from 1000 to 59999 but 9999, or from 65536 to 2000200000 (the "
                "system has the others)",
     .json = JsonKind::integer,
     .minimum = kFirstPersonUid,
     .maximum = kLastPersonUid,
     .excluded = kNoPerson},
    parse_uid,
    show_uid};

constinit const Codec<std::string> kFullName = {
    {.name = "the full name of a user",
     .allowed = "at most 128 characters without ':', ',' and line breaks",
     .pattern = "^[^:,]{0,128}$"},
    parse_text<kFullName, is_full_name>,
    same};

}  // namespace muster::spec
