#include "scenarios/serving/scheduler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/random_bits.hpp"

namespace assay {
namespace {

constexpr Scheduler::Room kRoom{.pages = 64, .context = 512, .waiting = 4096};

/// Runs random requests to their end and checks after each iteration what must always hold.
class SchedulerCheck {
 public:
  SchedulerCheck(const ServingPolicy& policy, const Scheduler::Room& room, std::uint64_t seed)
      : policy_(policy), scheduler_(policy, room), random_(seed), context_(room.context) {}

  void run(std::size_t requests) {
    std::size_t submitted = 0;
    for (std::uint64_t iteration = 0; finished_ < requests; ++iteration) {
      ASSERT_LT(iteration, 200'000U) << "work is left and nothing moves";
      while (submitted < requests && random_.below(3) == 0) {
        submit(submitted++);
      }
      const auto plan = scheduler_.plan(Nanoseconds{static_cast<std::int64_t>(iteration)});
      check_plan(plan);
      if (plan.empty() && submitted == requests) {
        ASSERT_FALSE(scheduler_.throttled());
      }
      take_events(scheduler_.finish());
    }
    EXPECT_TRUE(scheduler_.idle());
    EXPECT_EQ(scheduler_.pages().in_use(), 0U);
    EXPECT_EQ(scheduler_.pages().user_count(), 0U);
    EXPECT_EQ(scheduler_.counts().tokens, asked_tokens_);
  }

  [[nodiscard]] const Scheduler& scheduler() const { return scheduler_; }
  [[nodiscard]] std::uint64_t most_overtaken() const { return most_overtaken_; }

 private:
  void submit(std::uint64_t id) {
    ServingRequest request{.id = id,
                           .prompt_tokens = static_cast<std::uint32_t>(1 + random_.below(300)),
                           .output_tokens = static_cast<std::uint32_t>(1 + random_.below(100)),
                           .prefix = random_.below(2),
                           .arrived = Nanoseconds{static_cast<std::int64_t>(id)}};
    request.shared_tokens = static_cast<std::uint32_t>(random_.below(request.prompt_tokens + 1));
    ASSERT_EQ(scheduler_.refusal(request), "");
    scheduler_.submit(request);
    asked_tokens_ += request.output_tokens;
    lengths_[id] = request.output_tokens;
    waiting_.insert(id);
  }

  void check_plan(std::span<const SequencePlan> plan) {
    std::set<std::uint32_t> seats;
    std::set<std::uint32_t> own_pages;
    std::uint64_t tokens = 0;
    std::uint64_t prompts = 0;
    for (const SequencePlan& step : plan) {
      EXPECT_TRUE(seats.insert(step.seat).second);
      EXPECT_GT(step.tokens, 0U);
      EXPECT_GE(scheduler_.pages_of(step.seat).size() * kPageTokens, step.position + step.tokens);
      EXPECT_LE(step.position + step.tokens, context_);
      tokens += step.tokens;
      prompts += step.prompt ? 1 : 0;
      for (const std::uint32_t page : scheduler_.pages_of(step.seat)) {
        // Only prefixes are shared.
        EXPECT_TRUE(own_pages.insert(page).second || policy_.prefix_cache);
      }
      note_admission(scheduler_.request_of(step.seat).id);
    }
    EXPECT_LE(plan.size(), policy_.max_slots);
    if (policy_.chunked_prefill || prompts > 1) {
      EXPECT_LE(tokens, policy_.token_budget + (policy_.chunked_prefill ? 0 : context_));
    }
    if (policy_.chunked_prefill) {
      EXPECT_LE(tokens, policy_.token_budget);
    }
    // Who answered in the last iteration and is not done answers again, as long as pages suffice.
    const bool calm = scheduler_.counts().preemptions == preemptions_;
    preemptions_ = scheduler_.counts().preemptions;
    if (!policy_.prefill_first && calm && scheduler_.pages().unused() > policy_.max_slots) {
      for (const std::uint32_t seat : answering_) {
        EXPECT_TRUE(seats.contains(seat));
      }
    }
  }

  void note_admission(std::uint64_t id) {
    if (waiting_.erase(id) == 1) {
      for (const std::uint64_t other : waiting_) {
        if (other < id) {
          most_overtaken_ = std::max(most_overtaken_, ++overtaken_[other]);
        }
      }
    }
  }

  void take_events(std::span<const TokenEvent> events) {
    answering_.clear();
    for (const TokenEvent& event : events) {
      EXPECT_EQ(event.number, ++given_[event.request]);
      EXPECT_EQ(event.last, event.number == lengths_[event.request]);
      finished_ += event.last ? 1 : 0;
      if (!event.last) {
        answering_.push_back(event.seat);
      }
    }
  }

  ServingPolicy policy_;
  Scheduler scheduler_;
  RandomBits random_;
  std::uint64_t context_;
  std::uint64_t asked_tokens_ = 0;
  std::size_t finished_ = 0;
  std::map<std::uint64_t, std::uint32_t> lengths_;
  std::map<std::uint64_t, std::uint32_t> given_;
  std::map<std::uint64_t, std::uint64_t> overtaken_;
  std::set<std::uint64_t> waiting_;
  std::vector<std::uint32_t> answering_;
  std::uint64_t most_overtaken_ = 0;
  std::uint64_t preemptions_ = 0;
};

TEST(Scheduler, KeepsItsRulesUnderEveryPolicy) {
  for (const ServingBatching batching : {ServingBatching::static_, ServingBatching::continuous}) {
    for (const KvLayout kv : {KvLayout::contiguous, KvLayout::reserved, KvLayout::paged}) {
      for (const Admission admission : {Admission::fcfs, Admission::sjf, Admission::slo}) {
        for (const unsigned bits : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
          const ServingPolicy policy{.batching = batching,
                                     .max_slots = 6,
                                     .token_budget = 40,
                                     .chunked_prefill = (bits & 1) != 0,
                                     .prefill_first = (bits & 2) != 0,
                                     .kv = kv,
                                     .prefix_cache = (bits & 4) != 0,
                                     .admission = admission,
                                     .first_token_limit = Nanoseconds{500}};
          SCOPED_TRACE(::testing::Message()
                       << name_of(batching) << ' ' << name_of(kv) << ' ' << name_of(admission) << ' ' << bits);
          SchedulerCheck check(policy, kRoom, bits + 1);
          check.run(60);
        }
      }
    }
  }
}

TEST(Scheduler, PreemptsTheYoungestWhenPagesRunOut) {
  SchedulerCheck check({.max_slots = 8, .token_budget = 64, .watermark = 0.0},
                       {.pages = 30, .context = 480, .waiting = 512}, 3);
  check.run(200);
  EXPECT_GT(check.scheduler().counts().preemptions, 0U);
}

TEST(Scheduler, ReservedPagesAreNeverTakenAway) {
  SchedulerCheck check({.max_slots = 8, .token_budget = 64, .kv = KvLayout::reserved},
                       {.pages = 30, .context = 480, .waiting = 512}, 3);
  check.run(200);
  EXPECT_EQ(check.scheduler().counts().preemptions, 0U);
}

TEST(Scheduler, LetsNobodyWaitForEver) {
  for (const Admission admission : {Admission::sjf, Admission::slo}) {
    SchedulerCheck check(
        {.max_slots = 4, .token_budget = 64, .admission = admission, .first_token_limit = Nanoseconds{50}}, kRoom, 5);
    check.run(600);
    EXPECT_LT(check.most_overtaken(), 600U);
  }
  // The first in line is overtaken by seven at most, then it is its turn.
  Scheduler scheduler({.max_slots = 1, .token_budget = 512, .admission = Admission::sjf}, kRoom);
  scheduler.submit({.id = 1000, .prompt_tokens = 200, .output_tokens = 1});
  std::uint64_t overtaken = 0;
  for (std::uint64_t id = 0; id < 20; ++id) {
    scheduler.submit({.id = id, .prompt_tokens = 10, .output_tokens = 1});
    (void)scheduler.plan(Nanoseconds{0});
    if (scheduler.finish().front().request == 1000) {
      break;
    }
    ++overtaken;
  }
  EXPECT_EQ(overtaken, 7U);
}

TEST(Scheduler, StaticBatchesWaitForAll) {
  Scheduler scheduler({.batching = ServingBatching::static_, .max_slots = 2, .token_budget = 64}, kRoom);
  scheduler.submit({.id = 0, .prompt_tokens = 4, .output_tokens = 1});
  scheduler.submit({.id = 1, .prompt_tokens = 4, .output_tokens = 5});
  scheduler.submit({.id = 2, .prompt_tokens = 4, .output_tokens = 1});
  for (int iteration = 0; iteration < 5; ++iteration) {
    for (const SequencePlan& step : scheduler.plan(Nanoseconds{0})) {
      EXPECT_NE(scheduler.request_of(step.seat).id, 2U);
    }
    (void)scheduler.finish();
  }
  ASSERT_EQ(scheduler.plan(Nanoseconds{0}).size(), 1U);
  EXPECT_EQ(scheduler.finish().front().request, 2U);
}

TEST(Scheduler, SharesThePagesOfEqualBeginnings) {
  Scheduler scheduler({.max_slots = 2, .token_budget = 256, .prefix_cache = true}, kRoom);
  scheduler.submit({.id = 0, .prompt_tokens = 100, .output_tokens = 2, .shared_tokens = 64, .prefix = 9});
  ASSERT_EQ(scheduler.plan(Nanoseconds{0}).front().tokens, 100U);
  (void)scheduler.finish();
  scheduler.submit({.id = 1, .prompt_tokens = 80, .output_tokens = 1, .shared_tokens = 64, .prefix = 9});
  const auto plan = scheduler.plan(Nanoseconds{0});
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[1].position, 64U);
  EXPECT_EQ(plan[1].tokens, 16U);
  EXPECT_EQ(scheduler.counts().prefix_hit_tokens, 64U);
}

TEST(Scheduler, AnswersDoNotStallForAPromptUnlessPromptsGoFirst) {
  for (const bool prefill_first : {false, true}) {
    Scheduler scheduler({.max_slots = 2, .token_budget = 32, .chunked_prefill = false, .prefill_first = prefill_first},
                        kRoom);
    scheduler.submit({.id = 0, .prompt_tokens = 4, .output_tokens = 9});
    (void)scheduler.plan(Nanoseconds{0});
    (void)scheduler.finish();
    scheduler.submit({.id = 1, .prompt_tokens = 300, .output_tokens = 2});
    const auto plan = scheduler.plan(Nanoseconds{0});
    EXPECT_EQ(plan.size(), prefill_first ? 1U : 2U);
    EXPECT_EQ(plan.back().tokens, 300U) << "a prompt that is not cut is computed whole, over the budget";
  }
}

TEST(Scheduler, CutsPromptsToKeepTheWindow) {
  // An iteration takes as many nanoseconds as it has tokens.
  Scheduler scheduler(
      {.max_slots = 2, .token_budget = 256, .admission = Admission::slo, .token_time_limit = Nanoseconds{50}}, kRoom,
      [](std::span<const SequencePlan> plan) {
        std::int64_t tokens = 0;
        for (const SequencePlan& step : plan) {
          tokens += step.tokens;
        }
        return Nanoseconds{tokens};
      });
  scheduler.submit({.id = 0, .prompt_tokens = 200, .output_tokens = 50});
  EXPECT_EQ(scheduler.plan(Nanoseconds{0}).front().tokens, 200U) << "nobody answers who could stall";
  (void)scheduler.finish();
  scheduler.submit({.id = 1, .prompt_tokens = 120, .output_tokens = 2});
  const auto plan = scheduler.plan(Nanoseconds{0});
  ASSERT_EQ(plan.size(), 2U);
  EXPECT_EQ(plan[1].tokens, 30U);
}

TEST(Scheduler, RefusesWhatCanNeverRun) {
  EXPECT_THROW(Scheduler({.max_slots = 0}, kRoom), std::invalid_argument);
  EXPECT_THROW(Scheduler({.max_slots = 16, .token_budget = 8}, kRoom), std::invalid_argument);
  EXPECT_THROW(Scheduler({.kv = KvLayout::contiguous}, {.pages = 8, .context = 512, .waiting = 4}),
               std::invalid_argument);
  const Scheduler scheduler({}, kRoom);
  EXPECT_NE(scheduler.refusal({.prompt_tokens = 500, .output_tokens = 13}), "");
  EXPECT_NE(scheduler.refusal({.prompt_tokens = 0, .output_tokens = 13}), "");
  EXPECT_EQ(scheduler.refusal({.prompt_tokens = 500, .output_tokens = 12}), "");
}

TEST(KvPages, FindContentUntilThePageIsTaken) {
  KvPages pages(3);
  const auto first = pages.take();
  const auto second = pages.take();
  ASSERT_TRUE(first && second);
  pages.publish(*first, 77);
  pages.publish(*second, 77);  // said already
  pages.release(*first);
  EXPECT_EQ(pages.in_use(), 1U);
  EXPECT_EQ(pages.share(77), first);
  EXPECT_EQ(pages.share(77), first);
  EXPECT_EQ(pages.in_use(), 2U);
  pages.release(*first);
  pages.release(*first);
  EXPECT_TRUE(pages.take());  // the one never used goes first
  EXPECT_EQ(pages.take(), first);
  EXPECT_FALSE(pages.share(77));
  EXPECT_FALSE(pages.take());
  EXPECT_EQ(pages.user_count(), 3U);
}

TEST(KvPages, SurviveManyContents) {
  KvPages pages(64);
  RandomBits random(1);
  std::map<std::uint64_t, std::uint32_t> held;
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t content = 1 + random.below(200);
    if (const auto found = held.find(content); found != held.end()) {
      pages.release(found->second);
      held.erase(found);
    } else if (auto page = pages.share(content); page || (page = pages.take())) {
      pages.publish(*page, content);
      held[content] = *page;
    }
    ASSERT_EQ(pages.in_use(), held.size());
  }
}

}  // namespace
}  // namespace assay
