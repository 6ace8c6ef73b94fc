#pragma once
// Words of a "deb" line, parted and decoded as apt does (ParseQuoteWord and DeQuoteString in its
// apt-pkg/contrib/strutl.cc). Pure.

#include <string>
#include <string_view>
#include <vector>

namespace muster::iso {

/// The character that "%41" stands for, everywhere in a text; a '%' without a number stays.
std::string percent_decoded(std::string_view text);

/// Such that percent_decoded() gives the text back.
std::string percent_encoded(std::string_view text);

/// The words up to a comment, decoded. Blanks between "" and between [] are of the word, such as
/// those of a disc's name; a quote or bracket that is not closed ends the line.
std::vector<std::string> quoted_words(std::string_view text);

}  // namespace muster::iso
