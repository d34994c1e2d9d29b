"""The list that every screen is built on: columns, filters, pages, selection and exports."""
