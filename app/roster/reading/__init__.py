"""What adapters read with, of no system in particular: careful HTTP, SOAP, XML, archives, tables, dates and names."""
