#include "provisioning/ssh_authority.h"

#include <array>
#include <format>

#include "core/base/base64.h"
#include "core/base/text.h"
#include "core/crypto/keys.h"
#include "core/os/files.h"
#include "core/os/random.h"

namespace muster::provisioning {
namespace {

constexpr const char* kHostAuthorityFile = "ssh-ca.key";
constexpr std::string_view kKeyType = "ssh-ed25519";
constexpr std::string_view kCertificateType = "ssh-ed25519-cert-v01@openssh.com";
constexpr std::size_t kKeySize = 32;
/// SSH_CERT_TYPE_HOST.
constexpr std::uint32_t kHostCertificate = 2;

/// SSH's wire form (RFC 4251 §5).
std::string wire_number(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t at = bytes; at-- > 0;) text += static_cast<char>(value >> (8 * at) & 0xFFU);
  return text;
}

std::string wire_string(std::string_view text) {
  return wire_number(text.size(), 4) + std::string(text);
}

/// The 32 bytes of an Ed25519 key in its wire form.
Result<std::string> parse_key(const std::string& line) {
  const std::vector<std::string> words = split(trim(line), ' ');
  const auto blob = words.size() > 1 ? parse_base64(words[1]) : fail("no key");
  const std::string head = wire_string(kKeyType) + wire_number(kKeySize, 4);
  if (!blob || words[0] != kKeyType || !blob->starts_with(head) ||
      blob->size() != head.size() + kKeySize) {
    return fail(ErrorKind::invalid,
                std::format("'{}' is no Ed25519 host key", printable(line, 60)));
  }
  return blob->substr(head.size());
}

std::string random_bytes() {
  std::string bytes;
  const std::string hex = os::random_hex(32);
  for (std::size_t at = 0; at < hex.size(); at += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  }
  return bytes;
}

std::string render_names(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) text += wire_string(name);
  return wire_string(text);
}

/// All of a certificate but its signature.
std::string render_certificate(const std::string& key, const HostTerms& terms,
                               const std::string& authority) {
  std::string text = wire_string(kCertificateType) + wire_string(random_bytes()) + wire_string(key);
  text += wire_number(0, 8);  // serial: there is no list of those that were revoked
  text += wire_number(kHostCertificate, 4) + wire_string(terms.id) + render_names(terms.names);
  text += wire_number(0, 8) + wire_number(terms.valid_before, 8);
  // Critical options, extensions, and what is reserved: hosts have none.
  text += wire_string("") + wire_string("") + wire_string("");
  return text + wire_string(authority);
}

}  // namespace

SshAuthority::SshAuthority(crypto::Ed25519Key key, std::string public_blob)
    : key_(std::make_shared<const crypto::Ed25519Key>(std::move(key))),
      public_blob_(std::move(public_blob)),
      public_key_(std::format("{} {}", kKeyType, render_base64(public_blob_))) {}

Result<SshAuthority> SshAuthority::open(const std::filesystem::path& directory) {
  if (is_missing(directory)) {
    TRY_ASSIGN(SshAuthority made, make());
    TRY(made.save(directory));
    return made;
  }
  const auto path = directory / kHostAuthorityFile;
  TRY_ASSIGN(const std::string text, os::read_file(path));
  auto key = crypto::Ed25519Key::parse(text);
  if (!key) {
    return fail(std::format("'{}': {}", path.string(), key.error().message),
                "restore it from a backup, or remove it: then a new one is made, and people's own "
                "lists of known hosts name the old one");
  }
  return with_key(std::move(*key));
}

bool SshAuthority::is_missing(const std::filesystem::path& directory) {
  return os::is_missing(directory / kHostAuthorityFile);
}

Result<SshAuthority> SshAuthority::with_key(crypto::Ed25519Key key) {
  TRY_ASSIGN(const std::string public_part, key.public_part());
  return SshAuthority(std::move(key), wire_string(kKeyType) + wire_string(public_part));
}

Result<SshAuthority> SshAuthority::make() {
  TRY_ASSIGN(crypto::Ed25519Key key, crypto::Ed25519Key::parse(crypto::make_ed25519_key()));
  return with_key(std::move(key));
}

Status SshAuthority::save(const std::filesystem::path& directory) const {
  return os::write_file(directory / kHostAuthorityFile, key_->to_pem(), {.mode = 0600});
}

Result<std::string> SshAuthority::certify_host(const std::string& key,
                                               const HostTerms& terms) const {
  TRY_ASSIGN(const std::string host, parse_key(key));
  const std::string body = render_certificate(host, terms, public_blob_);
  TRY_ASSIGN(const std::string signature, key_->sign(body));
  const std::string signed_part = wire_string(wire_string(kKeyType) + wire_string(signature));
  return std::format("{} {} {}\n", kCertificateType, render_base64(body + signed_part), terms.id);
}

}  // namespace muster::provisioning
