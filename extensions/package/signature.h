#pragma once
// Signatures of specifications, in the format of minisign 0.12 (jedisct1.github.io/minisign): the
// stock program verifies ours, and we verify those it makes. Ed25519 over BLAKE2b-512, by
// libsodium. Pure, but for make_key and sign, which take random bytes.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace muster::package {

using KeyId = std::array<unsigned char, 8>;

struct PublicKey {
  KeyId id{};
  std::array<unsigned char, 32> key{};
  bool operator==(const PublicKey&) const = default;
};

struct SecretKey {
  KeyId id{};
  std::array<unsigned char, 64> key{};

  PublicKey public_key() const;
};

/// The number of a key as minisign shows it: 16 digits.
std::string to_string(const KeyId& id);

/// A file of one key: a comment, and a line of base64. Errors (invalid): it is none.
Result<PublicKey> parse_public_key(std::string_view text);
std::string render_public_key(const PublicKey& key);

/// As made by `minisign -G` with a password, or with -W, without. `password` is empty then. Errors
/// (invalid): it is no secret key; (denied): the password is wrong, or there must be one.
Result<SecretKey> parse_secret_key(std::string_view text, std::string_view password);
/// Without a password when that is empty. Takes about a second and a gigabyte with one, as
/// minisign's own. Errors: there is not so much memory.
Result<std::string> render_secret_key(const SecretKey& key, std::string_view password);

SecretKey make_key();

/// The text of a signature file. `comment` is signed, too: one line.
std::string sign(std::string_view content, const SecretKey& key, std::string_view comment);

/// What a signature says of itself, before it is verified.
struct Signature {
  KeyId key_id{};
  /// "ED": of the hash of the content. "Ed", of the content itself, was minisign's before 0.8.
  std::array<unsigned char, 64> signature{};
  std::string comment;
  std::array<unsigned char, 64> comment_signature{};
};

/// Errors (invalid): it is no signature of minisign; an old one of the content itself.
Result<Signature> parse_signature(std::string_view text);

/// Errors (denied): the content or the comment is not what the key signed; another key signed it.
Status verify(std::string_view content, const Signature& signature, const PublicKey& key);

}  // namespace muster::package
