#include "scenarios/remote/sse_stream.hpp"

#include <algorithm>

namespace assay {

void SseStream::begin() {
  partial_.clear();
  drop_event();
  skip_newline_ = false;
  first_line_ = true;
  overflown_ = false;
}

bool SseStream::take_line(std::string_view& bytes, std::string_view& line) {
  if (skip_newline_) {
    skip_newline_ = false;
    if (bytes.front() == '\n') {
      bytes.remove_prefix(1);
      if (bytes.empty()) {
        return false;
      }
    }
  }
  std::size_t end = bytes.find('\n');
  const std::size_t carriage_return = bytes.substr(0, end).find('\r');
  const bool returned = carriage_return != std::string_view::npos;
  end = returned ? carriage_return : end;
  const std::string_view found = bytes.substr(0, end);
  if (partial_.size() + found.size() > kLargestEvent) {
    overflown_ = true;
    return false;
  }
  if (end == std::string_view::npos) {
    partial_.append(found);
    return false;
  }
  bytes.remove_prefix(end + 1);
  if (returned) {
    if (bytes.empty()) {
      skip_newline_ = true;  // whether one belongs to it shows the next piece
    } else if (bytes.front() == '\n') {
      bytes.remove_prefix(1);
    }
  }
  if (partial_.empty()) {
    line = found;
  } else {
    partial_.append(found);
    line = partial_;
  }
  return true;
}

void SseStream::add_line(std::string_view line) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  constexpr std::string_view kData = "data";
  if (first_line_ && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
  }
  first_line_ = false;
  if (!line.starts_with(kData)) {
    return;
  }
  line.remove_prefix(kData.size());
  if (line.empty()) {
    add_data(line);
  } else if (line.front() == ':') {
    line.remove_prefix(line.starts_with(": ") ? 2 : 1);
    add_data(line);
  }
}

void SseStream::add_data(std::string_view data) {
  if (data_count_ == 0 && partial_.empty()) {
    view_ = data;
    data_count_ = 1;
    return;
  }
  keep_view();
  if (data_count_ != 0) {
    data_.push_back('\n');
  }
  if (data_.size() + data.size() > kLargestEvent) {
    overflown_ = true;
    return;
  }
  data_.append(data);
  kept_ = true;
  ++data_count_;
}

void SseStream::keep_view() {
  if (data_count_ == 1 && !kept_) {
    data_.assign(view_);
    kept_ = true;
  }
}

void SseStream::drop_event() {
  data_.clear();
  view_ = {};
  data_count_ = 0;
  kept_ = false;
}

}  // namespace assay
