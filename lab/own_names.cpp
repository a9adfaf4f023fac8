#include "lab/own_names.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include "harness/file_source.hpp"

namespace assay {

namespace {

namespace fs = std::filesystem;

/// Values that half of all machines have.
bool names_nobody(std::string_view value) {
  constexpr std::array<std::string_view, 20> kOrdinary{"root",
                                                       "localhost",
                                                       "user",
                                                       "/",
                                                       "/root",
                                                       "/home",
                                                       "/tmp",
                                                       "admin",
                                                       "debian",
                                                       "ubuntu",
                                                       "none",
                                                       "nobody",
                                                       "runner",
                                                       "0",
                                                       "00000000",
                                                       "unknown",
                                                       "not specified",
                                                       "default string",
                                                       "system serial number",
                                                       "to be filled by o.e.m."};
  std::string lowered(value);
  std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::find(kOrdinary, lowered) != kOrdinary.end();
}

class Names {
 public:
  std::vector<OwnName> all;

  void add(const std::string& what, const std::string& value) {
    constexpr std::size_t kShortest = 3;
    if (value.empty() || !seen_.insert(value).second) {
      return;
    }
    std::string not_searched;
    if (names_nobody(value)) {
      not_searched = fmt::format("'{}' names nobody", value);
    } else if (value.size() < kShortest) {
      not_searched = "too short to be looked for";
    }
    const std::size_t count = ++counts_[what];
    all.push_back({.what = count == 1 ? what : fmt::format("{} ({})", what, count),
                   .value = value,
                   .not_searched = std::move(not_searched)});
  }

  void cannot_read(const std::string& what, const std::string& why) {
    all.push_back({.what = what, .value = "", .not_searched = why});
  }

 private:
  std::set<std::string> seen_;
  std::map<std::string, std::size_t> counts_;
};

void add_person(Names& names) {
  if (const passwd* const entry = getpwuid(getuid()); entry != nullptr) {
    names.add("user", entry->pw_name);
    const std::string full = entry->pw_gecos;
    names.add("full name", full.substr(0, full.find(',')));
    names.add("home", entry->pw_dir);
  }
  for (const auto& [what, variable] : {std::pair{"user in $USER", "USER"}, std::pair{"user behind sudo", "SUDO_USER"},
                                       std::pair{"home in $HOME", "HOME"}}) {
    if (const char* const value = std::getenv(variable)) {
      names.add(what, value);
    }
  }
  std::error_code error;
  names.add("working folder", fs::current_path(error).string());
}

void add_addresses(Names& names, const FileSource& files) {
  std::error_code error;
  for (fs::directory_iterator entry("/sys/class/net", error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const auto address = files.read_line((entry->path() / "address").string());
    if (address && *address != "00:00:00:00:00:00") {
      names.add(fmt::format("MAC address of {}", entry->path().filename().string()), *address);
    }
  }
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) {
    return;
  }
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (one->ifa_addr == nullptr) {
      continue;
    }
    const int family = one->ifa_addr->sa_family;
    const void* bytes = family == AF_INET
                            ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr)
                            : &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
    if ((family == AF_INET || family == AF_INET6) && inet_ntop(family, bytes, text.data(), text.size()) != nullptr &&
        !std::string_view(text.data()).starts_with("127.") && std::string_view(text.data()) != "::1") {
      names.add(fmt::format("IP address of {}", one->ifa_name), text.data());
    }
  }
  freeifaddrs(list);
}

}  // namespace

std::vector<OwnName> own_names() {
  const SystemFiles files;
  Names names;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) {
    const std::string whole = host.data();
    names.add("hostname", whole);
    names.add("hostname, first part", whole.substr(0, whole.find('.')));
  }
  add_person(names);
  add_addresses(names, files);
  for (const auto& [what, path] :
       {std::pair{"machine-id", "/etc/machine-id"}, std::pair{"machine-id of D-Bus", "/var/lib/dbus/machine-id"}}) {
    if (const auto id = files.read_line(path)) {
      names.add(what, *id);
    }
  }
  for (const char* name : {"product_serial", "board_serial", "chassis_serial", "product_uuid"}) {
    const std::string path = fmt::format("/sys/class/dmi/id/{}", name);
    if (const auto serial = files.read_line(path)) {
      names.add(name, *serial);
    } else {
      names.cannot_read(name, fmt::format("{} cannot be read here", path));
    }
  }
  return names.all;
}

}  // namespace assay
