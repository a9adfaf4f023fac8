#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace assay {

/// Server-sent events (WHATWG HTML, 9.2.6) as their bytes come, in pieces of any size: lines end in LF, CRLF or CR;
/// comments and fields other than data are skipped; several data lines of an event are joined by LF. An event that is
/// whole in one piece is handed on without a copy.
class SseStream {
 public:
  static constexpr std::size_t kLargestEvent = std::size_t{1} << 20;

  void begin();

  /// Calls on_data(std::string_view) for each event that ends in `bytes`. False once an event is larger than
  /// kLargestEvent: nothing is read any more.
  template <class OnData>
  bool feed(std::string_view bytes, const OnData& on_data) {
    while (!bytes.empty() && !overflown_) {
      std::string_view line;
      if (!take_line(bytes, line)) {
        break;
      }
      if (line.empty()) {
        if (data_count_ != 0) {
          on_data(data_count_ == 1 && !kept_ ? view_ : std::string_view(data_));
        }
        drop_event();
      } else {
        add_line(line);
      }
      partial_.clear();
    }
    keep_view();
    return !overflown_;
  }

  /// Something has come after the end of the last event: the stream was cut.
  [[nodiscard]] bool has_rest() const { return data_count_ != 0 || !partial_.empty(); }

 private:
  /// The next line without its end; false if it goes on in the next piece.
  bool take_line(std::string_view& bytes, std::string_view& line);
  void add_line(std::string_view line);
  void drop_event();
  void keep_view();  ///< the piece that view_ points into goes away
  void add_data(std::string_view data);

  std::string partial_;    ///< of a line that is cut
  std::string data_;       ///< of the event under way, where it is in more than one line or piece
  std::string_view view_;  ///< of the event under way, where it is one line of this piece
  std::size_t data_count_ = 0;
  bool kept_ = false;  ///< the data are in data_
  bool skip_newline_ = false;
  bool first_line_ = true;
  bool overflown_ = false;
};

}  // namespace assay
