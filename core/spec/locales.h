#pragma once
// The languages that Debian 13's package `locales` has in UTF-8 (its file
// /usr/share/i18n/SUPPORTED).

#include <string>
#include <string_view>
#include <vector>

namespace muster::spec {

/// A locale in UTF-8, or C: language_COUNTRY.UTF-8 and perhaps a modifier (locale(7)).
bool is_locale(std::string_view text);

/// All of them in UTF-8.
std::vector<std::string> locales();

/// What to write in place of a name that is none: "did you mean 'de_DE.UTF-8'?".
std::string suggest_locale(std::string_view text);

}  // namespace muster::spec
