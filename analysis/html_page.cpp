#include "analysis/html_page.hpp"

#include "analysis/report_assets.hpp"
#include "harness/digest.hpp"

namespace assay {

Html page_head(std::string_view title, PageScript script) {
  // frame-ancestors is not allowed in a meta element; everything else is closed.
  Html out;
  out.put(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\""
      "Content-Security-Policy\" content=\"default-src 'none'; ");
  if (script == PageScript::report) {
    out.put("script-src 'sha256-").text(sha256_base64(report_script())).put("'; ");
  }
  out.put("style-src 'sha256-").text(sha256_base64(report_style()));
  out.put(
      "'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
  return out.text(title).put("</title>\n");
}

}  // namespace assay
