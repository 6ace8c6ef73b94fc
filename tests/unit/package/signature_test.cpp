#include "extensions/package/signature.h"

#include <gtest/gtest.h>

#include "core/os/files.h"

namespace muster::package {
namespace {

/// A file that minisign 0.12 made.
std::string of_minisign(const std::string& name) {
  return os::read_file(MUSTER_SOURCE "/tests/fixtures/minisign/" + name).value();
}

const std::string kContent = of_minisign("content");

TEST(Signature, of_minisign_is_verified) {
  const auto key = parse_public_key(of_minisign("open.pub"));
  ASSERT_TRUE(key);
  EXPECT_EQ(to_string(key->id), "45DA070E0739AB26");
  const auto signature = parse_signature(of_minisign("content.minisig"));
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->comment, "a comment that is signed, too");
  EXPECT_TRUE(verify(kContent, *signature, *key));
}

TEST(Signature, counts_for_content_and_comment_as_they_were) {
  const PublicKey key = parse_public_key(of_minisign("open.pub")).value();
  Signature signature = parse_signature(of_minisign("content.minisig")).value();
  EXPECT_EQ(verify(kContent + " ", signature, key).error().kind, ErrorKind::denied);
  signature.comment += "!";
  EXPECT_EQ(verify(kContent, signature, key).error().kind, ErrorKind::denied);
  const PublicKey other = parse_public_key(of_minisign("sealed.pub")).value();
  const Status by_other =
      verify(kContent, parse_signature(of_minisign("content.minisig")).value(), other);
  EXPECT_TRUE(by_other.error().message.contains("45DA070E0739AB26")) << by_other.error().message;
  PublicKey renamed = other;
  renamed.id = key.id;
  EXPECT_FALSE(verify(kContent, signature, renamed)) << "the number of a key is only a name";
}

TEST(Signature, is_made_with_a_key_of_minisign_and_verified_with_its_public_half) {
  const auto key = parse_secret_key(of_minisign("open.key"), "");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), parse_public_key(of_minisign("open.pub")).value());
  const auto signature = parse_signature(sign("text", *key, "when and what"));
  ASSERT_TRUE(signature);
  EXPECT_EQ(signature->comment, "when and what");
  EXPECT_TRUE(verify("text", *signature, key->public_key()));
}

TEST(SecretKey, opens_with_its_password_only) {
  const std::string text = of_minisign("sealed.key");
  EXPECT_EQ(parse_secret_key(text, "").error().kind, ErrorKind::denied);
  EXPECT_EQ(parse_secret_key(text, "another").error().kind, ErrorKind::denied);
  const auto key = parse_secret_key(text, "word");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->public_key(), parse_public_key(of_minisign("sealed.pub")).value());
}

TEST(SecretKey, is_read_as_it_was_written) {
  const SecretKey key = make_key();
  const std::string text = render_secret_key(key, "").value();
  EXPECT_EQ(parse_secret_key(text, "")->key, key.key);
  EXPECT_EQ(parse_public_key(render_public_key(key.public_key())), key.public_key());
}

TEST(SecretKey, is_refused_when_a_part_of_it_differs) {
  const std::string text = of_minisign("open.key");
  const std::size_t line = text.find('\n') + 1;
  int refused = 0;
  for (std::size_t i = line + 80; i < text.size() - 3; i += 7) {
    std::string other = text;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    if (!parse_secret_key(other, "")) ++refused;
  }
  EXPECT_GT(refused, 10);
}

TEST(Signature, refuses_what_is_none) {
  const std::string text = of_minisign("content.minisig");
  for (const std::string& other : {std::string(), std::string("x"), text.substr(0, text.size() / 2),
                                   text + "more\n", "x" + text, std::string(10000, 'u')}) {
    EXPECT_EQ(parse_signature(other).error().kind, ErrorKind::invalid) << other.substr(0, 40);
  }
  std::string old = text;
  old.replace(old.find('\n') + 1, 3, "RWQ");
  EXPECT_TRUE(parse_signature(old).error().message.contains("since 0.8"));
  for (const std::string& other : {std::string(), std::string("untrusted comment: x\n"),
                                   std::string("untrusted comment: x\nAAAA\n"), text}) {
    EXPECT_FALSE(parse_public_key(other));
    EXPECT_FALSE(parse_secret_key(other, ""));
  }
}

}  // namespace
}  // namespace muster::package
