-- Load on a running service by wrk, which takes little of the cores that it measures; beside `load.py`, which tells
-- memory, repeats and sends many in one request.
--
--   apt-get install wrk
--   minqing serve --rate 1000000/minute &
--   wrk -t1 -c32 -d60 --timeout 20 --latency -s benchmarks/load.lua http://127.0.0.1:8000 -- mq_KEY
--   wrk -t1 -c1 -d20 --timeout 20 --latency -s benchmarks/load.lua http://127.0.0.1:8000 -- mq_KEY
--
-- Each request is one report of 400 characters: sentences of the sample that ships, in a new order.

local LENGTH = 400

-- Sentences as lists of their characters.
local sentences = {}
for line in io.lines("corpora/sample.jsonl") do
  local text = line:match('"text": "([^"\\]+)"')
  for sentence in ((text or "") .. "。"):gmatch("(.-。)") do
    local characters = {}
    for character in sentence:gmatch("[%z\1-\127\194-\244][\128-\191]*") do
      characters[#characters + 1] = character
    end
    if #characters > 5 then sentences[#sentences + 1] = characters end
  end
end

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  math.randomseed(os.time() + number)
  began, sent, key = os.time(), 0, arguments[1]
end

function request()
  local text = {}
  while #text < LENGTH do
    for _, character in ipairs(sentences[math.random(#sentences)]) do
      if #text < LENGTH then text[#text + 1] = character end
    end
  end
  sent = sent + 1
  local form = '{"id": "%d-%d-%d", "source": "load", "text": "%s"}'
  local body = form:format(began, number, sent, table.concat(text))
  local headers = {["Authorization"] = "Bearer " .. key, ["Content-Type"] = "application/json"}
  return wrk.format("POST", "/v1/reports", headers, body)
end
