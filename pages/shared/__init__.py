"""What pages share: session, side bar, transport, dialogs. The only code that knows Streamlit."""
