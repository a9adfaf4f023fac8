#include "lab/track_search.hpp"

#include <exception>

namespace assay {

bool make_probes(PeakSearch& search, const std::function<bool(double rate_hz)>& probe,
                 const std::function<void()>& finish) {
  bool goes_on = true;
  try {
    while (goes_on) {
      const auto rate = search.next_rate();
      if (!rate) {
        break;
      }
      goes_on = probe(*rate);
    }
  } catch (const std::exception&) {
    finish();
    throw;
  }
  finish();
  return goes_on;
}

}  // namespace assay
