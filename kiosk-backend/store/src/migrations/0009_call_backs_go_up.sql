-- Call-backs go up as every other clock does: once when they are soon over, once when they are. From which day it is
-- soon stands beside their last day; `escalated_ms`, which only told of the last, is not written any more.
ALTER TABLE callbacks ADD COLUMN soon_date TEXT;
