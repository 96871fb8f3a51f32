// SPDX-License-Identifier: Apache-2.0
#include "core/sim/loop.h"

#include <algorithm>

namespace rockpool::sim {

Loop::~Loop() {
  // What the callbacks hold may cancel events as it goes away, so the slots must still be there.
  std::vector<Callback> dropped;
  for (Slot& slot : slots_) dropped.push_back(std::move(slot.callback));
}

TimerId Loop::schedule_at(Time moment, Callback callback) {
  std::uint32_t slot = first_free_;
  if (slot == kNoSlot) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    first_free_ = slots_[slot].next_free;
  }
  const std::uint64_t sequence = next_sequence_++;
  slots_[slot].callback = std::move(callback);
  slots_[slot].sequence = sequence;
  ++pending_;
  if (moment <= now_) {
    ready_.push_back({now_, sequence, slot});
  } else {
    heap_.push_back({moment, sequence, slot});
    std::push_heap(heap_.begin(), heap_.end(), Later{});
  }
  return {slot, sequence};
}

void Loop::cancel(TimerId id) {
  if (!is_pending(id)) return;
  free_slot(id.slot);
  --pending_;
  // It may have been in the ready queue instead, so this only estimates; sweeping resets it.
  ++cancelled_in_heap_;
  if (cancelled_in_heap_ > kSweepThreshold && cancelled_in_heap_ * 2 > heap_.size()) sweep();
}

bool Loop::is_pending(TimerId id) const {
  return id.sequence != 0 && id.slot < slots_.size() && slots_[id.slot].sequence == id.sequence;
}

bool Loop::run_one() {
  const Entry* next = peek();
  if (next == nullptr) return false;
  const Entry entry = *next;
  drop_front(front_is_ready_);
  now_ = entry.moment;
  Callback callback = std::move(slots_[entry.slot].callback);
  free_slot(entry.slot);
  --pending_;
  ++events_run_;
  callback();
  return true;
}

bool Loop::run_until(Time moment, std::uint64_t event_limit) {
  for (std::uint64_t count = 0;; ++count) {
    const Entry* next = peek();
    if (next == nullptr || next->moment > moment) break;
    if (count == event_limit) return false;
    run_one();
  }
  now_ = std::max(now_, moment);
  return true;
}

std::optional<Time> Loop::next_event_time() {
  const Entry* next = peek();
  if (next == nullptr) return {};
  return next->moment;
}

// The next live entry, with the cancelled ones before it dropped; sets front_is_ready_.
const Loop::Entry* Loop::peek() {
  while (ready_front_ < ready_.size() && !is_live(ready_[ready_front_])) drop_front(true);
  while (!heap_.empty() && !is_live(heap_.front())) drop_front(false);
  const bool has_ready = ready_front_ < ready_.size();
  if (!has_ready && heap_.empty()) return nullptr;
  // What waited in the heap for this same moment was scheduled before what became ready in it.
  front_is_ready_ = has_ready && (heap_.empty() || Later{}(heap_.front(), ready_[ready_front_]));
  return front_is_ready_ ? &ready_[ready_front_] : &heap_.front();
}

void Loop::drop_front(bool from_ready) {
  if (from_ready) {
    if (++ready_front_ == ready_.size()) {
      ready_.clear();
      ready_front_ = 0;
    }
    return;
  }
  std::pop_heap(heap_.begin(), heap_.end(), Later{});
  heap_.pop_back();
}

void Loop::free_slot(std::uint32_t slot) {
  slots_[slot].sequence = 0;
  slots_[slot].next_free = first_free_;
  first_free_ = slot;
  // Last, because destroying what was captured may schedule or cancel something.
  Callback dropped = std::move(slots_[slot].callback);
}

void Loop::sweep() {
  std::erase_if(heap_, [this](const Entry& entry) { return !is_live(entry); });
  std::make_heap(heap_.begin(), heap_.end(), Later{});
  cancelled_in_heap_ = 0;
}

}  // namespace rockpool::sim
