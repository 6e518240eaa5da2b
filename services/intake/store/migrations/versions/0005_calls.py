"""what became of every call; rows of an export that are no complaints."""

import sqlalchemy as sa
from alembic import op

import shared.store.columns

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calls',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reference', sa.String(length=120), nullable=False),
    sa.Column('operator', sa.String(length=80), nullable=False),
    sa.Column('desk', sa.String(length=120), nullable=True),
    sa.Column('began_at', shared.store.columns.UtcDateTime(), nullable=False),
    sa.Column('ended_at', shared.store.columns.UtcDateTime(), nullable=True),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('ending', sa.String(length=20), nullable=True),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('note_sealed', sa.Text(), nullable=True),
    sa.Column('complaint_id', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', shared.store.columns.UtcDateTime(), nullable=True),
    sa.Column('recorded_by', sa.String(length=80), nullable=True),
    sa.Column('taken_up_at', shared.store.columns.UtcDateTime(), nullable=True),
    sa.Column('taken_up_by', sa.String(length=80), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('reference')
    )
    with op.batch_alter_table('calls', schema=None) as batch_op:
        batch_op.create_index('calls_began', ['began_at'], unique=False)
        batch_op.create_index('calls_state', ['state', 'began_at'], unique=False)

    with op.batch_alter_table('imports', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rows_other', sa.Integer(), server_default='0', nullable=False))


def downgrade() -> None:
    raise RuntimeError("migrations only go forward; restore the backup instead")
