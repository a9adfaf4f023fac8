#include "scenarios/serving/waiting_line.hpp"

#include <algorithm>

namespace assay {

void WaitingLine::add(const ServingRequest& request) {
  if (requests_.size() == capacity_) {
    requests_.erase(requests_.begin(), requests_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
  requests_.push_back(request);
}

ServingRequest WaitingLine::remove(std::size_t position) {
  const auto first = requests_.begin() + static_cast<std::ptrdiff_t>(head_);
  const auto taken = first + static_cast<std::ptrdiff_t>(position);
  const ServingRequest request = *taken;
  std::move_backward(first, taken, taken + 1);
  ++head_;
  if (head_ == requests_.size()) {
    clear();
  }
  return request;
}

void WaitingLine::clear() {
  requests_.clear();
  head_ = 0;
}

}  // namespace assay
