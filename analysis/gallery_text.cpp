#include <fmt/format.h>

#include <algorithm>

#include "analysis/gallery_html.hpp"
#include "analysis/report_text.hpp"

namespace assay {

namespace {

constexpr std::size_t kMostLines = 20;  ///< of one kind on a terminal

/// The lines, the first kMostLines of them, each behind `mark`.
std::string lines_text(const std::vector<std::string>& lines, const std::string& mark, Charset charset) {
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < kMostLines; ++i) {
    text += fmt::format("  {} {}\n", mark, printable_text(lines[i], charset));
  }
  if (lines.size() > kMostLines) {
    text += fmt::format("    and {} more\n", lines.size() - kMostLines);
  }
  return text;
}

std::string group_text(const GalleryGroup& group, Charset charset) {
  const std::string heading = fmt::format("{} x {}; {}", group.nodes.size(), group.title, group.subject);
  std::string text = "\n" + printable_text(heading, charset) + "\n" + lines_text(group.outliers, "*", charset);
  std::vector<std::string> findings;
  for (const GalleryNode& node : group.nodes) {
    for (const std::string& finding : node_findings(node)) {
      findings.push_back(fmt::format("{}: {}", node.bundle.summary.identity.label, finding));
    }
  }
  return text + lines_text(findings, "-", charset) + lines_text(group.notes, " ", charset);
}

}  // namespace

std::string gallery_verdict(const Gallery& gallery) {
  std::size_t nodes = 0;
  std::size_t sound = 0;
  std::size_t outliers = 0;
  for (const GalleryGroup& group : gallery.groups) {
    outliers += group.outliers.size();
    nodes += group.nodes.size();
    sound += static_cast<std::size_t>(
        std::ranges::count_if(group.nodes, [](const GalleryNode& node) { return node.bundle.summary.sound(); }));
  }
  std::string text = outliers == 0   ? "No figure stands out"
                     : outliers == 1 ? "One figure of a machine stands out from its siblings"
                                     : fmt::format("{} figures of machines stand out from their siblings", outliers);
  text += nodes == sound ? fmt::format("; all {} bundles shown are VALID", nodes)
                         : fmt::format("; {} of {} bundles shown are not VALID", nodes - sound, nodes);
  if (!gallery.refused.empty()) {
    text += fmt::format("; {} {} not read", gallery.refused.size(), gallery.refused.size() == 1 ? "was" : "were");
  }
  return text + ".";
}

std::string gallery_text(const Gallery& gallery, Charset charset) {
  std::string text = gallery_verdict(gallery) + "\n";
  for (const GalleryGroup& group : gallery.groups) {
    text += group_text(group, charset);
  }
  std::vector<std::string> rest = gallery.warnings;
  for (const RefusedBundle& refused : gallery.refused) {
    rest.push_back(fmt::format("not read: {}: {}", refused.place, refused.reason));
  }
  return rest.empty() ? text : text + "\n" + lines_text(rest, "!", charset);
}

}  // namespace assay
