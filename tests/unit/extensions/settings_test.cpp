#include "extensions/settings.h"

#include <gtest/gtest.h>

namespace muster::extensions {
namespace {

Specification lamp_with_settings() {
  Specification made;
  made.name = "lamp";
  made.settings = {
      {.name = "words", .fallback = "on", .about = "x"},
      {.name = "times", .type = SettingType::integer, .fallback = "3", .minimum = 1, .maximum = 9},
      {.name = "loud", .type = SettingType::flag, .fallback = "no"},
      {.name = "colour",
       .type = SettingType::choice,
       .fallback = "red",
       .choices = {"red", "blue"}}};
  return made;
}

TEST(Settings, have_their_defaults_until_somebody_chooses) {
  EXPECT_EQ(setting_values(lamp_with_settings(), {})->dump(),
            R"({"colour":"red","loud":false,"times":3,"words":"on"})");
  EXPECT_EQ(setting_values(lamp_with_settings(),
                           {{"loud", "yes"}, {"times", "9"}, {"words", ""}, {"gone", "x"}})
                ->dump(),
            R"({"colour":"red","loud":true,"times":9,"words":""})");
}

TEST(Settings, are_chosen_by_texts) {
  EXPECT_EQ(parse_choices(lamp_with_settings(), {"words=a=b", "loud=yes", "colour=blue"}),
            (Choices{{"colour", "blue"}, {"loud", "yes"}, {"words", "a=b"}}));
  for (const char* const wrong : {"words", "=x", "gone=1", "times=0", "loud=maybe"}) {
    EXPECT_FALSE(parse_choices(lamp_with_settings(), {wrong})) << wrong;
  }
  EXPECT_FALSE(parse_choices(lamp_with_settings(), {"loud=yes", "loud=no"}));
}

TEST(Settings, allow_what_their_type_allows) {
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"times", "0"},
                                                        {"times", "10"},
                                                        {"times", "03"},
                                                        {"times", "-1"},
                                                        {"times", "x"},
                                                        {"times", ""},
                                                        {"loud", "true"},
                                                        {"loud", ""},
                                                        {"colour", "green"},
                                                        {"colour", ""},
                                                        {"words", "\x1b"},
                                                        {"words", std::string(4001, 'x')}}) {
    EXPECT_EQ(setting_values(lamp_with_settings(), {{name, value}}).error().kind,
              ErrorKind::invalid)
        << name << value;
  }
}

TEST(Settings, that_are_not_there_are_named_with_what_is) {
  const auto found = find_setting(lamp_with_settings(), "color");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::absent);
  EXPECT_TRUE(found.error().hint.contains("'colour'")) << found.error().hint;
  EXPECT_TRUE(find_setting(lamp_with_settings(), "zzzzzz").error().hint.contains("words, times"));
}

}  // namespace
}  // namespace muster::extensions
