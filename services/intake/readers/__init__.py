"""Technology that turns what arrived (mail, scans, sheets, folders) into values. No rule about complaints lives here."""
