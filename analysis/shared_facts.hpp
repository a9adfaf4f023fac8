#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// Something that names a person or a machine and must not leave it: "hostname", "lab3-07".
struct OwnName {
  std::string what;
  std::string value;
  std::string not_searched;  ///< why it is not looked for: unreadable here, or it names nobody; empty: it is
};

/// Where one of them stands in a file. The place is that in the JSON, or the byte where it is in no text of it.
struct NameFound {
  std::string what;
  std::string place;
};

/// Looks for each name in the bytes of a file and, where these are JSON, in its texts as a reader sees them (a path may
/// be written "\/home"). Upper and lower case are one; a name must stand alone: "ann" is not in "annual".
[[nodiscard]] std::vector<NameFound> find_names(std::string_view bytes, const std::vector<OwnName>& names);

/// What looks like the name of some person or machine, whoever's: MAC and e-mail addresses, paths of home folders, IPv4
/// addresses other than this computer's own loop; and private keys. One line each, at most 20.
[[nodiscard]] std::vector<std::string> find_traces(std::string_view bytes);

/// Every text that a file carries, by its place without indices ("result.invalid_reasons.message"), each once; and how
/// many numbers there are beside.
struct SharedTexts {
  std::map<std::string, std::set<std::string>> texts;
  std::size_t numbers = 0;
};
void add_shared_texts(const nlohmann::json& root, SharedTexts& shared);

}  // namespace assay
